using System.IO.Compression;
using System.Numerics;
using System.Runtime.CompilerServices;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Lexicon;

/// <summary>
/// First names, surnames, places and English words by hash, loaded on first use. Sources and licences: docs/redaction.md. A 32-bit hash
/// may rarely take an unknown word for a known one; that shifts a confidence, nothing else.
/// </summary>
internal sealed class WordTable
{
    private static readonly Lazy<WordTable> Shared = new(Load);

    private readonly uint[] _hashes;
    private readonly WordKind[] _kinds;
    private readonly int _mask;

    private WordTable(int capacity)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)capacity * 2);
        _hashes = new uint[size];
        _kinds = new WordKind[size];
        _mask = size - 1;
    }

    public static WordTable Default => Shared.Value;

    /// <summary>Kind of a word in any case (ASCII letters are folded; others are stored in lower case and looked up with a folded copy).</summary>
    public WordKind KindOf(ReadOnlySpan<byte> word)
    {
        var hash = Hash(word);
        for (var i = (int)hash & _mask; _kinds[i] != WordKind.None; i = (i + 1) & _mask)
            if (_hashes[i] == hash) return _kinds[i];
        return WordKind.None;
    }

    // Runs once: compiled at its best at once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static WordTable Load()
    {
        using var resource = typeof(WordTable).Assembly.GetManifestResourceStream("Approvals.Redaction.Lexicon.words.tsv.gz")!;
        using var unzipped = new GZipStream(resource, CompressionMode.Decompress);
        using var buffer = new MemoryStream(1 << 21);
        unzipped.CopyTo(buffer);
        var bytes = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        var table = new WordTable(bytes.Count((byte)'\n'));
        while (bytes.Length > 0)
        {
            var tab = bytes.IndexOf((byte)'\t');
            var end = bytes.IndexOf((byte)'\n');
            var kind = WordKind.None;
            foreach (var letter in bytes[(tab + 1)..end])
            {
                kind |= letter switch
                {
                    (byte)'f' => WordKind.FirstName,
                    (byte)'l' => WordKind.LastName,
                    (byte)'c' => WordKind.Place,
                    (byte)'n' => WordKind.Country,
                    (byte)'w' => WordKind.Common,
                    (byte)'v' => WordKind.Rare,
                    (byte)'p' => WordKind.Proper,
                    _ => WordKind.Nationality,
                };
            }
            table.Add(Hash(bytes[..tab]), kind);
            bytes = bytes[(end + 1)..];
        }
        foreach (var word in Technology.Split(' ')) table.Add(Hash(System.Text.Encoding.UTF8.GetBytes(word)), WordKind.Common);
        return table;
    }

    /// <summary>Products and terms of computing that are written like names.</summary>
    private const string Technology = "none true false null unix windows linux python java ruby perl apple google microsoft amazon oracle azure docker kubernetes jenkins terraform ansible debian ubuntu fedora github gitlab slack jira confluence "
        + "redis kafka postgres postgresql mongo mongodb nginx apache chrome firefox safari android swift kotlin scala rust react angular vue django flask rails maven gradle bash emacs unicode boolean webpack babel jest mocha "
        + "cygwin solaris darwin intel nvidia tomcat selenium grafana prometheus elasticsearch kibana lambda helm travis circleci bitbucket atlassian salesforce stripe twilio okta auth0 vault consul nomad packer vagrant puppet chef datadog sentry "
        + "json yaml xml html css sql http https api sdk cli gui url uri utf ascii base64 oauth saml ldap kerberos ssh tls ssl dns dhcp tcp udp smtp imap ftp cdn vpn lan wan cpu gpu ram ssd todo fixme note warning deprecated";

    private void Add(uint hash, WordKind kind)
    {
        var i = (int)hash & _mask;
        while (_kinds[i] != WordKind.None && _hashes[i] != hash) i = (i + 1) & _mask;
        _hashes[i] = hash;
        _kinds[i] |= kind;
    }

    /// <summary>Folds ASCII, Latin-1, Greek and Cyrillic capitals, byte by byte, so that "ÖSTERSUND" finds "östersund".</summary>
    private static uint Hash(ReadOnlySpan<byte> word)
    {
        var hash = 2166136261u;
        for (var i = 0; i < word.Length; i++)
        {
            int b = word[i];
            if (b < 0x80)
            {
                hash = (hash ^ ByteClass.Fold((byte)b)) * 16777619u;
                continue;
            }
            if (i + 1 < word.Length)
            {
                var code = (b & 0x1F) << 6 | word[i + 1] & 0x3F;
                if (b is 0xC3 or >= 0xC4 and <= 0xC5 or 0xCE or 0xD0 && word[i + 1] < 0xB0)
                {
                    code = Lower(code);
                    hash = (hash ^ (uint)(0xC0 | code >> 6)) * 16777619u;
                    hash = (hash ^ (uint)(0x80 | code & 0x3F)) * 16777619u;
                    i++;
                    continue;
                }
            }
            hash = (hash ^ (uint)b) * 16777619u;
        }
        return hash;
    }

    private static int Lower(int code) => code switch
    {
        >= 0xC0 and <= 0xDE and not 0xD7 => code + 32,
        >= 0x100 and <= 0x137 => code | 1,
        >= 0x139 and <= 0x148 => code + (code & 1),
        >= 0x14A and <= 0x177 => code | 1,
        0x178 => 0xFF,
        0x179 or 0x17B or 0x17D => code + 1,
        >= 0x391 and <= 0x3A9 => code + 32,
        >= 0x410 and <= 0x42F => code + 32,
        >= 0x400 and <= 0x40F => code + 80,
        _ => code,
    };
}
