using System.Buffers.Binary;
using System.Text;

namespace Approvals.Engine;

/// <summary>
/// Writes one record as bytes (the format is in docs/engine.md). One instance is reused for many records; not safe for overlapping calls.
/// </summary>
internal sealed class HistoryWriter
{
    public const byte Format = 1;

    private byte[] _buffer = new byte[1024];
    private int _length;

    public byte[] Encode(long instance, HistoryRecord record)
    {
        _length = 0;
        Byte(Format);
        Byte(record.Ran ? (byte)1 : (byte)0);
        Number(record.Number);
        Number(record.At);
        Number(record.Events.Count);
        foreach (HistoryEvent happened in record.Events)
            Write(happened);
        Number(record.Actions.Count);
        foreach (HistoryAction action in record.Actions)
            Write(action);
        uint check = Checksum.Compute(instance, _buffer.AsSpan(0, _length));
        BinaryPrimitives.WriteUInt32LittleEndian(Space(4), check);
        return _buffer.AsSpan(0, _length).ToArray();
    }

    private void Write(HistoryEvent happened)
    {
        switch (happened)
        {
            case HistoryEvent.Started(var orchestration, var version, var input):
                Byte(1);
                Text(orchestration);
                Number(version);
                Bytes(input);
                break;
            case HistoryEvent.ActivityCompleted(var step, var result):
                Byte(2);
                Number(step);
                Bytes(result);
                break;
            case HistoryEvent.ActivityFailed(var step, var code, var attempts):
                Byte(3);
                Number(step);
                Text(code);
                Number(attempts);
                break;
            case HistoryEvent.AttemptFailed(var step, var attempt, var code, var firstAt, var retryAt):
                Byte(4);
                Number(step);
                Number(attempt);
                Text(code);
                Number(firstAt);
                Number(retryAt);
                break;
            case HistoryEvent.TimerFired(var step):
                Byte(5);
                Number(step);
                break;
            case HistoryEvent.EventRaised(var name, var id, var payload):
                Byte(6);
                Text(name);
                Text(id);
                Bytes(payload);
                break;
            case HistoryEvent.Suspended(var reason):
                Byte(7);
                Text(reason);
                break;
            case HistoryEvent.Resumed(var reason):
                Byte(8);
                Text(reason);
                break;
            case HistoryEvent.Terminated(var reason):
                Byte(9);
                Text(reason);
                break;
        }
    }

    private void Write(HistoryAction action)
    {
        switch (action)
        {
            case HistoryAction.CallActivity(var step, var name, var check):
                Byte(1);
                Number(step);
                Text(name);
                Number(check);
                break;
            case HistoryAction.CreateTimer(var step, var dueAt):
                Byte(2);
                Number(step);
                Number(dueAt);
                break;
            case HistoryAction.CancelTimer(var step):
                Byte(3);
                Number(step);
                break;
            case HistoryAction.WaitForEvent(var step, var name):
                Byte(4);
                Number(step);
                Text(name);
                break;
            case HistoryAction.CancelWait(var step):
                Byte(5);
                Number(step);
                break;
            case HistoryAction.SetStatus(var json):
                Byte(6);
                Bytes(json);
                break;
            case HistoryAction.Completed(var output):
                Byte(7);
                Bytes(output);
                break;
            case HistoryAction.Failed(var code, var message):
                Byte(8);
                Text(code);
                Text(message);
                break;
        }
    }

    private void Byte(byte value) => Space(1)[0] = value;

    private void Number(long value)
    {
        // LEB128. Times before 1970 and negative numbers do not occur.
        ulong rest = (ulong)value;
        while (rest >= 0x80)
        {
            Byte((byte)(rest | 0x80));
            rest >>= 7;
        }

        Byte((byte)rest);
    }

    private void Bytes(ReadOnlySpan<byte> value)
    {
        Number(value.Length);
        value.CopyTo(Space(value.Length));
    }

    private void Text(string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        Number(length);
        Encoding.UTF8.GetBytes(value, Space(length));
    }

    private Span<byte> Space(int length)
    {
        if (_buffer.Length - _length < length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + length));
        Span<byte> space = _buffer.AsSpan(_length, length);
        _length += length;
        return space;
    }
}
