using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using L4Balancer.Tests.Loopback;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// Clients that go on sending, whatever is answered: in every round each sends one datagram with the round's number.
/// </summary>
internal sealed class UdpFlows : IDisposable
{
    private readonly Socket[] _sockets;
    private readonly SortedDictionary<int, string>[] _answers;

    public UdpFlows(IPEndPoint to, int count)
    {
        _sockets = [.. Enumerable.Range(0, count).Select(_ => to.ConnectUdp())];
        _answers = [.. _sockets.Select(static _ => new SortedDictionary<int, string>())];
    }

    /// <summary>All flows.</summary>
    public IEnumerable<int> All => Enumerable.Range(0, _sockets.Length);

    /// <summary>Rounds so far.</summary>
    public int Rounds { get; private set; }

    /// <summary>
    /// A server that says its name and what it was sent, and nothing while <paramref name="isMute"/>.
    /// </summary>
    public static UdpServer Server(string name, IPAddress address, int port, Func<bool>? isMute = null) => new(
        (socket, bytes, sender) =>
        {
            byte[] answer = Encoding.UTF8.GetBytes($"{name} {Encoding.UTF8.GetString(bytes)}");
            if (isMute is null || !isMute()) socket.SendTo(answer, sender);
        },
        address, port);

    /// <summary>The names that have answered a flow, by the number of the round.</summary>
    public IReadOnlyDictionary<int, string> Answers(int flow) => _answers[flow];

    /// <summary>Who answered a flow last.</summary>
    public string Home(int flow) => _answers[flow].Last().Value;

    /// <summary>Numbers of the rounds in which a flow was not answered.</summary>
    public int[] Unanswered(int flow) => [.. Enumerable.Range(0, Rounds).Except(_answers[flow].Keys)];

    /// <summary>All send; waits until these flows have been answered, and never for the others.</summary>
    public async Task RoundAsync(IEnumerable<int> awaited)
    {
        foreach (Socket socket in _sockets) socket.SendDatagram($"{Rounds}");
        Rounds++;
        int[] all = [.. awaited];
        await Eventually.TrueAsync(() => AreAnswered(all), $"answers to round {Rounds - 1}");
    }

    public void Dispose()
    {
        foreach (Socket socket in _sockets) socket.Dispose();
    }

    private bool AreAnswered(int[] flows)
    {
        foreach (int flow in All) Hear(flow);
        return flows.All(flow => _answers[flow].ContainsKey(Rounds - 1));
    }

    private void Hear(int flow)
    {
        while (_sockets[flow].Available > 0)
        {
            string[] words = _sockets[flow].ReceiveText().Split(' ');
            _answers[flow].Add(int.Parse(words[1], CultureInfo.InvariantCulture), words[0]);
        }
    }
}
