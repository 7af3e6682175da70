using System.Net;
using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>UDP while one process follows another: no datagram is refused or lost.</summary>
internal sealed class UpgradeUdpTests
{
    private UpgradeRig _rig = null!;
    private UdpServer _server = null!;
    private IPEndPoint _address = null!;

    [SetUp]
    public void Begin()
    {
        _rig = new UpgradeRig();
        _server = UdpServer.Echo();
        _address = new IPEndPoint(IPAddress.Loopback, UnusedPort.Next());
        _rig.Write(
            _rig.Service("web", _rig.Port),
            $"""

            [service.echo]
            listen = "{_address}"
            protocol = "udp"
            backends = ["{_server.EndPoint}"]
            health.type = "none"
            timeouts.idle = "10s"

            """);
    }

    [TearDown]
    public async Task End()
    {
        await _rig.DisposeAsync();
        _server.Dispose();
    }

    [Test]
    public async Task Takeover_QuestionsAllTheTime_EachIsAnsweredOnce()
    {
        ChildProcess first = await _rig.StartAsync();
        using CancellationTokenSource stop = new();
        Task<int>[] asking = [.. Enumerable.Range(0, 20).Select(client => AskAsync(client, stop.Token))];

        ChildProcess second = await _rig.StartAsync("--takeover");
        Assert.That(await first.ExitAsync(), Is.Zero);
        await _rig.StartAsync("--takeover");
        Assert.That(await second.ExitAsync(), Is.Zero);
        await stop.CancelAsync();

        int[] answered = await Task.WhenAll(asking).Within();
        Assert.That(answered, Is.All.GreaterThan(0));
        Assert.That(_server.Received, Has.Count.EqualTo(answered.Sum()), "none was passed on twice");
    }

    /// <summary>
    /// The predecessor still has the socket, to send replies by. It must neither take what waits there for the
    /// successor nor hear of it again and again.
    /// </summary>
    [Test]
    public async Task Takeover_SuccessorIsStuck_ThePredecessorLeavesDatagramsAlone()
    {
        ChildProcess first = await _rig.StartAsync();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using CheckedFlows flow = await CheckedFlows.OpenAsync(_rig.Address, 1); // It has something to drain.
        await client.SendToAsync(new byte[10], _address);
        await Eventually.TrueAsync(() => !_server.Received.IsEmpty, "the first datagram");
        ChildProcess second = await _rig.StartAsync("--takeover");
        await UpgradeRig.SaysAsync(first, "the successor serves now");

        second.Signal(ChildProcess.SigStop);
        using Socket newcomer = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 0; i < 100; i++) await newcomer.SendToAsync(new byte[10], _address);
        await flow.StopExchangeAsync();
        double share = await first.View.CpuShareAsync(TimeSpan.FromMilliseconds(500));
        second.Signal(ChildProcess.SigCont);

        Assert.That(share, Is.LessThan(0.5));
        await Eventually.TrueAsync(() => _server.Received.Count == 101, "the successor takes them");
        await flow.StopAsync();
    }

    [Test]
    public async Task Restart_WithAStore_NoQuestionIsRefusedAndAllAreAnswered()
    {
        await using SystemdStandIn systemd = new();
        ChildProcess daemon = _rig.Add(await systemd.StartAsync(_rig.Config));
        using CancellationTokenSource stop = new();
        Task<int>[] asking = [.. Enumerable.Range(0, 5)
            .Select(client => AskAsync(client, stop.Token, mayAskAgain: true))];

        await Eventually.TrueAsync(() => _server.Received.Count > 50, "questions before");
        daemon.Signal(ChildProcess.SigTerm);
        await daemon.ExitAsync();
        int before = _server.Received.Count;
        _rig.Add(await systemd.StartAsync(_rig.Config));
        await Eventually.TrueAsync(() => _server.Received.Count > before + 50, "questions after");
        await stop.CancelAsync();

        Assert.That(await Task.WhenAll(asking).Within(), Is.All.GreaterThan(0));
    }

    /// <summary>
    /// Asks one question after the other from the same port, and fails where it is refused, or has no answer.
    /// </summary>
    /// <param name="client">Who asks.</param>
    /// <param name="stop">Ends the questions.</param>
    /// <param name="mayAskAgain">After a second, for the answer may have come when a process had ended.</param>
    private async Task<int> AskAsync(int client, CancellationToken stop, bool mayAskAgain = false)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(_address, CancellationToken.None);
        byte[] buffer = new byte[100];
        int number = 0;
        for (; !stop.IsCancellationRequested; number++)
        {
            byte[] question = BitConverter.GetBytes(((long)client << 32) + number);
            await socket.SendAsync(question, CancellationToken.None);
            byte[] heard;
            do
            {
                Task<int> answer = socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).AsTask();
                if (mayAskAgain)
                {
                    await Task.WhenAny(answer, Task.Delay(1000, CancellationToken.None));
                    if (!answer.IsCompleted) await socket.SendAsync(question, CancellationToken.None);
                }

                heard = buffer[..await answer.Within()];
            }
            while (mayAskAgain && !heard.AsSpan().SequenceEqual(question)); // The second answer to one asked twice.

            Assert.That(heard, Is.EqualTo(question));
            await Task.Delay(1, CancellationToken.None);
        }

        return number;
    }
}
