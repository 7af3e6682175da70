using System.Net;
using System.Net.Sockets;
using System.Text;
using L4Balancer.Tests.Loopback;

namespace L4Balancer.Tests.Health;

/// <summary>
/// An agent: whoever connects, and asks where a question is due, is told one line, if there is one, and the stream
/// ends.
/// </summary>
internal sealed class AgentServer : IDisposable
{
    private readonly TestServer _server;
    private int _asked;

    public AgentServer(string? line = null, IPEndPoint? at = null)
    {
        Line = line;
        _server = new TestServer(at?.Address, at?.Port ?? 0).Serve(AnswerAsync);
    }

    public IPEndPoint EndPoint => _server.EndPoint;

    public ushort Port => (ushort)EndPoint.Port;

    /// <summary>What it says to the next one who asks; null for nothing at all.</summary>
    public string? Line { get; set; }

    /// <summary>It reads before it answers.</summary>
    public bool AwaitsQuestion { get; init; }

    /// <summary>Connections so far.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>What the last one asked, and where he came from.</summary>
    public (string Question, IPEndPoint? From) LastAsked { get; private set; }

    /// <summary>Has it say something, and returns when somebody has asked since.</summary>
    public async Task SaysAsync(string line)
    {
        Line = line;
        int before = Asked;
        await Eventually.TrueAsync(() => Asked > before + 1, "the next question");
    }

    public void Dispose() => _server.Dispose();

    private async Task AnswerAsync(Socket socket)
    {
        Interlocked.Increment(ref _asked);
        if (AwaitsQuestion)
        {
            byte[] question = new byte[1024];
            int length = await socket.ReceiveAsync(question);
            LastAsked = (Encoding.ASCII.GetString(question, 0, length), (IPEndPoint?)socket.RemoteEndPoint);
        }

        if (Line is { } line) await socket.SendTextAsync(line);
    }
}
