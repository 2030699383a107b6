using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace Approvals.Bench.Gate;

/// <summary>
/// One HTTP/1.1 connection as lean as it gets: requests are bytes made beforehand, the socket blocks, and of an answer only status and
/// body are looked at. Client and gate share the machine, so what the client saves goes to what is measured. Not for overlapping calls.
/// </summary>
internal sealed class Wire : IDisposable
{
    private readonly Uri _url;
    private byte[] _buffer = new byte[32 * 1024];
    private Socket _socket;
    private int _bodyStart;
    private int _bodyLength;

    public Wire(Uri url)
    {
        _url = url;
        _socket = Connect();
    }

    /// <summary>Of the last answer, until the next call.</summary>
    public ReadOnlySpan<byte> Body => _buffer.AsSpan(_bodyStart, _bodyLength);

    /// <summary>Sends a request and reads its answer whole; returns the status.</summary>
    public int Send(ReadOnlySpan<byte> request)
    {
        while (request.Length > 0) request = request[_socket.Send(request)..];
        int filled = 0;
        int head = -1;
        while (head < 0)
        {
            filled += Receive(filled);
            head = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
        }

        ReadOnlySpan<byte> headers = _buffer.AsSpan(0, head + 2);
        _bodyStart = head + 4;
        _bodyLength = LengthOf(headers);
        bool chunked = _bodyLength < 0;
        int status = Utf8Parser.TryParse(headers[9..12], out int code, out _) ? code : throw new IOException("No HTTP status.");
        while (chunked ? !_buffer.AsSpan(_bodyStart, filled - _bodyStart).EndsWith("0\r\n\r\n"u8) : filled < _bodyStart + _bodyLength) filled += Receive(filled);
        if (chunked) _bodyLength = filled - _bodyStart;
        return status;
    }

    /// <summary>Begins anew after the other side went away.</summary>
    public void Reconnect()
    {
        _socket.Dispose();
        _socket = Connect();
    }

    public void Dispose() => _socket.Dispose();

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 60_000 };
        socket.Connect(IPAddress.Loopback, _url.Port);
        return socket;
    }

    private int Receive(int filled)
    {
        if (filled == _buffer.Length) Array.Resize(ref _buffer, filled * 2);
        int received = _socket.Receive(_buffer.AsSpan(filled));
        return received > 0 ? received : throw new IOException("The connection was closed in the middle of an answer.");
    }

    /// <summary>-1 when the body is chunked: only problems are, and of those nothing but the text is looked at.</summary>
    private static int LengthOf(ReadOnlySpan<byte> headers)
    {
        int at = headers.IndexOf("\r\nContent-Length: "u8);
        if (at >= 0 && Utf8Parser.TryParse(headers[(at + 18)..], out int length, out _)) return length;
        return headers.IndexOf("\r\nTransfer-Encoding: chunked\r\n"u8) >= 0
            ? -1
            : throw new IOException("An answer without a length is not expected here.");
    }
}
