using System.Threading.Channels;

namespace Approvals.Cli.Redact;

/// <summary>
/// Redacts a stream block by block on all cores and writes the blocks in their order. At most a few blocks are in memory, so memory is
/// flat however long the stream is. On an error nothing of the failing block, or after it, is written.
/// </summary>
internal static class TextStream
{
    public static async Task RunAsync(LineSplitter blocks, Func<Block, RedactedBlock> redact, Stream output, Action<Block, RedactedBlock> note, CancellationToken cancellation)
    {
        var pending = Channel.CreateBounded<(Block Block, Task<RedactedBlock> Task)>(Environment.ProcessorCount + 1);
        var reader = Task.Run(async () =>
        {
            try
            {
                while (await blocks.NextAsync(cancellation) is { } block) await pending.Writer.WriteAsync((block, Task.Run(() => redact(block), cancellation)), cancellation);
                pending.Writer.Complete();
            }
            catch (Exception error)
            {
                pending.Writer.Complete(error);
            }
        }, cancellation);
        await foreach (var (block, task) in pending.Reader.ReadAllAsync(cancellation))
        {
            var redacted = await task;
            await output.WriteAsync(redacted.Text, cancellation);
            note(block, redacted);
            blocks.Return(block);
        }
        await reader;
    }
}
