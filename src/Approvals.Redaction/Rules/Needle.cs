namespace Approvals.Redaction.Rules;

/// <summary>Something rare that every match of a pattern holds.</summary>
/// <param name="Literals">One of these texts; none when it is a run.</param>
/// <param name="Run">Or this many base64 letters in a row.</param>
/// <param name="Reach">It begins at most so many bytes after the match does.</param>
/// <param name="Shortest">Length of the shortest match.</param>
internal sealed record Needle(byte[][] Literals, int Run, int Reach, int Shortest);
