using System.Buffers.Binary;
using System.Text;

namespace Approvals.Engine;

/// <summary>Reads what <see cref="HistoryWriter"/> wrote. Any deviation is a damaged database, never a guess.</summary>
internal ref struct HistoryReader
{
    /// <summary>Far above what one run of an orchestration does; keeps a damaged count from allocating.</summary>
    private const int MaxItems = 1 << 20;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;

    private HistoryReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public static HistoryRecord Decode(long instance, ReadOnlySpan<byte> row)
    {
        if (row.Length < 8)
            throw Damaged("too short");
        if (row[0] > HistoryWriter.Format)
            throw new DatabaseException("newer_format", "A history was written by a newer version of this program; run that version or newer.");
        if (Checksum.Compute(instance, row[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(row[^4..]))
            throw Damaged("wrong checksum");
        return new HistoryReader(row[..^4]).Record();
    }

    private HistoryRecord Record()
    {
        _position = 1;
        bool ran = Byte() == 1;
        int number = Int();
        long at = Number();
        var events = new HistoryEvent[Count()];
        for (int i = 0; i < events.Length; i++)
            events[i] = Event();
        var actions = new HistoryAction[Count()];
        for (int i = 0; i < actions.Length; i++)
            actions[i] = Action();
        return _position == _bytes.Length ? new HistoryRecord(number, at, ran, events, actions) : throw Damaged("too long");
    }

    private HistoryEvent Event() => Byte() switch
    {
        1 => new HistoryEvent.Started(Text(), Int(), Bytes()),
        2 => new HistoryEvent.ActivityCompleted(Int(), Bytes()),
        3 => new HistoryEvent.ActivityFailed(Int(), Text(), Int()),
        4 => new HistoryEvent.AttemptFailed(Int(), Int(), Text(), Number(), Number()),
        5 => new HistoryEvent.TimerFired(Int()),
        6 => new HistoryEvent.EventRaised(Text(), Text(), Bytes()),
        7 => new HistoryEvent.Suspended(Text()),
        8 => new HistoryEvent.Resumed(Text()),
        9 => new HistoryEvent.Terminated(Text()),
        _ => throw Damaged("unknown event"),
    };

    private HistoryAction Action() => Byte() switch
    {
        1 => new HistoryAction.CallActivity(Int(), Text(), checked((uint)Number())),
        2 => new HistoryAction.CreateTimer(Int(), Number()),
        3 => new HistoryAction.CancelTimer(Int()),
        4 => new HistoryAction.WaitForEvent(Int(), Text()),
        5 => new HistoryAction.CancelWait(Int()),
        6 => new HistoryAction.SetStatus(Bytes()),
        7 => new HistoryAction.Completed(Bytes()),
        8 => new HistoryAction.Failed(Text(), Text()),
        _ => throw Damaged("unknown action"),
    };

    private byte Byte() => _position < _bytes.Length ? _bytes[_position++] : throw Damaged("cut off");

    private long Number()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = Byte();
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return (long)value;
        }

        throw Damaged("number too long");
    }

    private int Int() => Number() is >= 0 and <= int.MaxValue and var value ? (int)value : throw Damaged("number out of range");

    private int Count() => Int() is <= MaxItems and var count ? count : throw Damaged("too many items");

    private byte[] Bytes()
    {
        int length = Int();
        if (length > _bytes.Length - _position)
            throw Damaged("cut off");
        byte[] value = _bytes.Slice(_position, length).ToArray();
        _position += length;
        return value;
    }

    private string Text()
    {
        int length = Int();
        if (length > _bytes.Length - _position)
            throw Damaged("cut off");
        string value = Encoding.UTF8.GetString(_bytes.Slice(_position, length));
        _position += length;
        return value;
    }

    private static DatabaseException Damaged(string what) => new(
        "corrupt", $"A history row is damaged ({what}); stop the host and restore the last backup.");
}
