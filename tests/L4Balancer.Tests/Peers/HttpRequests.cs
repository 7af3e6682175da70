using System.Net;
using System.Net.Sockets;
using System.Text;
using L4Balancer.Tests.Loopback;

namespace L4Balancer.Tests.Peers;

/// <summary>Requests over plain sockets, so that a test decides which connection each takes.</summary>
internal static class HttpRequests
{
    private const string EndOfHead = "\r\n\r\n";

    /// <summary>Connects, asks for /name, and reads to the server's end of the stream.</summary>
    /// <returns>The body.</returns>
    /// <exception cref="SocketException">The connection failed.</exception>
    /// <exception cref="IOException">The stream ended before the answer was whole.</exception>
    public static async Task<string> NameAsync(IPEndPoint address)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address).Within();
        await socket.SendTextAsync("GET /name HTTP/1.0" + EndOfHead);
        return Body(Encoding.ASCII.GetString(await socket.ReceiveToEndAsync()));
    }

    /// <summary>Asks for /name on a connection that stays open.</summary>
    public static async Task<string> NameAsync(this Socket socket)
    {
        await socket.SendTextAsync("GET /name HTTP/1.1\r\nHost: test" + EndOfHead);
        StringBuilder answer = new();
        byte[] buffer = new byte[4096];
        for (int count; (count = await socket.ReceiveAsync(buffer.AsMemory()).AsTask().Within()) > 0;)
        {
            answer.Append(Encoding.ASCII.GetString(buffer, 0, count));
            if (IsWhole(answer.ToString())) break;
        }

        return Body(answer.ToString());
    }

    private static string Body(string answer) =>
        answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) && IsWhole(answer)
            ? answer[(answer.IndexOf(EndOfHead, StringComparison.Ordinal) + EndOfHead.Length)..]
            : throw new IOException($"no whole answer: '{answer}'");

    private static bool IsWhole(string answer)
    {
        const string Length = "Content-Length: ";
        int head = answer.IndexOf(EndOfHead, StringComparison.Ordinal);
        if (head < 0) return false;

        string line = answer.Split("\r\n").First(static line => line.StartsWith(Length, StringComparison.Ordinal));
        return answer.Length == head + EndOfHead.Length + int.Parse(line[Length.Length..]);
    }
}
