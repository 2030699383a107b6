using System.Text;
using Approvals.Ledger.Log;
using Approvals.Ledger.Tokens;

namespace Approvals.Ledger.Tests.Log;

public class SignedNoteTests
{
    private const string Origin = "gate.example/ledger";

    private static async Task<(NoteKey Key, string Note)> SignedAsync()
    {
        var signer = new TestKey();
        var key = new NoteKey(Origin, signer.Public);
        return (key, await new Checkpoint(Origin, 20_852_163, MerkleTree.EmptyRoot).SignAsync(key, signer.Sign));
    }

    /// <summary>A verifier key as github.com/transparency-dev/formats documents one; its id was computed there.</summary>
    [Fact]
    public void Verifier_key_of_sigstores_log_has_the_id_that_its_checkpoints_carry()
    {
        const string encoded = "AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=";
        const string key = "rekor.sigstore.dev+c0d23d6a+" + encoded;
        Assert.Equal(key, NoteKey.Parse(key).ToString());
        Assert.Equal("note_key_malformed", Assert.Throws<LedgerFormatException>(() => NoteKey.Parse("rekor.sigstore.dev+12345678+" + encoded)).Code);
    }

    [Fact]
    public async Task Checkpoint_survives_signing_and_reading()
    {
        (NoteKey key, string text) = await SignedAsync();
        SignedNote note = SignedNote.Parse(text);
        Assert.Null(note.Verify([key]));
        Assert.Equal(new Checkpoint(Origin, 20_852_163, MerkleTree.EmptyRoot), Checkpoint.Parse(note));
        Assert.Equal(text, note.ToString());
        Assert.Equal($"{Origin}\n20852163\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", note.Text);
        Assert.Equal(key.ToString(), NoteKey.Parse(key.ToString()).ToString());
    }

    [Fact]
    public async Task Cosignatures_of_strangers_are_ignored_and_false_ones_of_the_log_are_not()
    {
        (NoteKey key, string text) = await SignedAsync();
        string witness = $"— witness.example/w {Convert.ToBase64String(new byte[68])}\n";
        Assert.Null(SignedNote.Parse(text + witness).Verify([key]));
        Assert.Equal("note_key_unknown", SignedNote.Parse(text).Verify([new NoteKey("other.example", key.Key)])!.Code);
        Assert.Equal("note_signature_invalid", SignedNote.Parse(text.Replace("20852163", "20852164", StringComparison.Ordinal)).Verify([key])!.Code);
        byte[] forged = [(byte)(key.KeyId >> 24), (byte)(key.KeyId >> 16), (byte)(key.KeyId >> 8), (byte)key.KeyId, 1, 2, 3];
        Assert.Equal("note_signature_invalid", SignedNote.Parse($"{text}— {Origin} {Convert.ToBase64String(forged)}\n").Verify([key])!.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\n")]
    [InlineData("a\n\n")]
    [InlineData("a\n\nb\n")]
    [InlineData("a\n\n— k AAAAAAA=")]
    [InlineData("a\n\n— k AAAA\n")]
    [InlineData("a\n\n- k AAAAAAA=\n")]
    [InlineData("a\n\n— k+ AAAAAAA=\n")]
    [InlineData("a\n\n—  AAAAAAA=\n")]
    [InlineData("a\n\n— k AAAAAAA= \n")]
    [InlineData("a\tb\n\n— k AAAAAAA=\n")]
    [InlineData("a\r\n\n— k AAAAAAA=\n")]
    public void Malformed_notes_are_refused(string note) => Assert.Equal("note_malformed", Assert.Throws<LedgerFormatException>(() => SignedNote.Parse(note)).Code);

    [Theory]
    [InlineData("o\n1\n")]
    [InlineData("o\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("o\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("o\n+1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("o\n99999999999999999999\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF==\n")]
    [InlineData("\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\nx\n")]
    public void Malformed_checkpoints_are_refused(string text) =>
        Assert.Equal("checkpoint_malformed", Assert.Throws<LedgerFormatException>(() => Checkpoint.Parse(new SignedNote(text, []))).Code);

    [Fact]
    public void Extension_lines_are_ignored() =>
        Assert.Equal(1, Checkpoint.Parse(new SignedNote("o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nextension\n", [])).Size);
}
