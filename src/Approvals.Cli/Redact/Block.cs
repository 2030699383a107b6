namespace Approvals.Cli.Redact;

/// <summary>Some whole lines of a stream.</summary>
/// <param name="Bytes">The lines; owned by whoever asked for the block.</param>
/// <param name="Offset">Bytes of the stream before it.</param>
/// <param name="Line">Number of its first line, from 1.</param>
internal readonly record struct Block(ReadOnlyMemory<byte> Bytes, long Offset, long Line);
