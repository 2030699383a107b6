using System.Text.Json;
using Approvals.Durable;

namespace ApprovalFunctions.Ledger;

/// <summary>An entry that waits to be sequenced, under the key that it may stand under once.</summary>
public sealed record WaitingEntry(string Key, ReadOnlyMemory<byte> Entry);

/// <summary>
/// What follows a tree of size <see cref="Size"/>: entries in order. Created once per size and never changed, so everything written for
/// the next checkpoint is a function of the tree before and this, whoever writes it and however often.
/// </summary>
public sealed record LedgerBatch(long Size, IReadOnlyList<WaitingEntry> Entries)
{
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, DurableJson.Options);

    public static LedgerBatch Parse(ReadOnlyMemory<byte> bytes) => JsonSerializer.Deserialize<LedgerBatch>(bytes.Span, DurableJson.Options)!;
}

/// <summary>Where a key's entry stands; it counts once a checkpoint covers <see cref="Index"/>.</summary>
public sealed record KeyedEntry(string Key, long Index, ReadOnlyMemory<byte> Entry)
{
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, DurableJson.Options);

    public static KeyedEntry Parse(ReadOnlyMemory<byte> bytes) => JsonSerializer.Deserialize<KeyedEntry>(bytes.Span, DurableJson.Options)!;
}
