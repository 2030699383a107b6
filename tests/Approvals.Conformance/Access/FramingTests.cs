using System.Net.Sockets;
using System.Text;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Access;

/// <summary>Requests that are not what HTTP/1.1 asks for (RFC 9112). Only of our own host: elsewhere a front end answers them.</summary>
public sealed class FramingTests(TargetGate gate)
{
    [Theory]
    [InlineData("Content-Length: 500", "{\"type\":", true)]
    [InlineData("Transfer-Encoding: chunked", "5\r\n{\"typ", true)]
    [InlineData("Transfer-Encoding: chunked", "nonsense\r\n", false)]
    public async Task Body_that_ends_early_or_is_framed_wrongly_begins_nothing(string framing, string body, bool endsEarly)
    {
        Assert.SkipUnless(gate.IsEmbedded, "A front end may stand before this host.");
        Caller requester = await gate.AddAsync("service", "breaking-off", ["requester"]);
        using var client = new TcpClient();
        await client.ConnectAsync(gate.Url.Host, gate.Url.Port);
        NetworkStream stream = client.GetStream();
        string request = $"POST /api/actions HTTP/1.1\r\nHost: {gate.Url.Authority}\r\nAuthorization: Bearer {requester.Key}\r\nContent-Type: application/json\r\n{framing}\r\nConnection: close\r\n\r\n{body}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        if (endsEarly) client.Client.Shutdown(SocketShutdown.Send); // whoever hangs up is not answered
        using var reader = new StreamReader(stream, Encoding.UTF8);
        string answer = "";
        try
        {
            answer = await reader.ReadToEndAsync();
        }
        catch (IOException) when (endsEarly)
        {
            // A reset is as good an answer as none to whoever hung up.
        }

        if (!endsEarly) Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.True(answer.Length == 0 || answer.Contains("\"code\":\"bad_request\"", StringComparison.Ordinal), answer);
        Assert.Empty((await requester.GetAsync("api/actions")).Is(200).Json.GetProperty("actions").EnumerateArray());
    }
}
