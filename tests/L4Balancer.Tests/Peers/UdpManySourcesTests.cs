using System.Net;
using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>More clients than the session table may hold, as a flood with invented senders looks like.</summary>
public sealed class UdpManySourcesTests
{
    private const int Sources = 1_000_000;
    private const int MaxSessions = 10_000;
    private const int GrowthKiB = 8 * 1024; // What a half million sources leaves behind where each leaves 16 bytes.
    private const string Seen = "l4balancer_udp_datagrams_total{direction=\"from_client\"";
    private const string Lost = "l4balancer_udp_datagrams_dropped_total{reason=\"receive_buffer\"";
    private const string AtLimit = "l4balancer_udp_datagrams_dropped_total{reason=\"limit\"";
    private const string Begun = "l4balancer_udp_sessions_total";
    private const string Active = "l4balancer_udp_sessions_active{service=\"test\"}";

    /// <summary>What the daemon holds at most: a descriptor for each session, and the reserve.</summary>
    private const int DescriptorsNeeded = MaxSessions + 1000;

    /// <summary>What fits into the listeners' buffers: only root's are larger than net.core.rmem_max.</summary>
    private static readonly int AtOnce = Environment.IsPrivilegedProcess ? 10_000 : 500;

    [Test]
    public async Task Sources_AMillionAgainstTenThousandSessions_MemoryStaysFlatAndAllIsGivenBack()
    {
        if (ProcessView.OwnDescriptorLimit < DescriptorsNeeded) Assert.Ignore($"needs ulimit -n {DescriptorsNeeded}");
        using UdpServer server = UdpServer.Echo();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(server.EndPoint)
        {
            Protocol = "udp",
            Flows = "none",
            Service =
                $"""
                timeouts.idle = "1s"
                udp.max_sessions = {MaxSessions}
                """,
        });
        using ManySources sources = new(daemon.Address);
        await sources.SendAsync(daemon, AtOnce); // What is loaded and made at the first flow is there.
        await Eventually.TrueAsync(() => daemon.MetricAsync(Active).Result == 0, "no session");
        int before = daemon.View.Descriptors;

        double most = 0;
        long halfway = 0;
        while (sources.Sent < Sources)
        {
            MetricsPage now = await sources.SendAsync(daemon, AtOnce);
            most = Math.Max(most, now[Active]);
            server.Received.Clear();
            if (sources.Sent == Sources / 2) halfway = daemon.View.ResidentKiB;
        }

        long growth = daemon.View.ResidentKiB - halfway;
        TestContext.Out.WriteLine($"{most} sessions at most; {halfway} KiB halfway, {growth} KiB more at the end");
        MetricsPage end = await daemon.MetricsAsync();
        Assert.Multiple(() =>
        {
            Assert.That(most, Is.InRange(MaxSessions / 2, MaxSessions));
            Assert.That(growth, Is.LessThan(GrowthKiB));
            Assert.That(end[Begun] + end[AtLimit] + end[Lost], Is.EqualTo(Sources));
        });
        await Eventually.TrueAsync(() => daemon.MetricAsync(Active).Result == 0, "every session has ended");
        Assert.That(daemon.View.Descriptors, Is.LessThanOrEqualTo(before));
    }

    /// <summary>Sends one datagram from each of 50,000 addresses of 127.0.0.0/8 by each of 20 sockets.</summary>
    private sealed class ManySources : IDisposable
    {
        private const int Addresses = 50_000;
        private const uint FirstAddress = 0x7F01_0000; // 127.1.0.0
        private const int Bytes = 32;

        private readonly DatagramBatch _datagram = new(slots: 1, withSenders: false);
        private readonly DatagramSends _sends = new(AtOnce, AtOnce);
        private readonly List<int> _sockets = [];
        private readonly IpEndpoint _to;

        public ManySources(IPEndPoint to)
        {
            _to = IpEndpoint.From(to);
            for (int i = 0; i < Sources / Addresses; i++)
            {
                int fd = SocketCalls.OpenUdp(v6: false).Value;
                SyscallResult bound = SocketCalls.Bind(fd, IpEndpoint.From(new IPEndPoint(IPAddress.Any, 0)), v6: false);
                Assert.That(bound.Error, Is.EqualTo(Errno.None));
                _sockets.Add(fd);
            }
        }

        /// <summary>Sources so far.</summary>
        public int Sent { get; private set; }

        /// <summary>
        /// Sends from as many further sources as one socket is to send at once, then waits until the daemon has taken
        /// them: it is to see each, and not to lose them in a buffer.
        /// </summary>
        public async Task<MetricsPage> SendAsync(DaemonProcess daemon, int count)
        {
            for (int i = 0; i < count; i++)
            {
                _sends.Begin();
                _sends.Address(_to, IpAddress.FromV4(FirstAddress + (uint)((Sent + i) % Addresses)), v6: false);
                _sends.Append(_datagram, 0, 0, Bytes);
                _sends.End(datagrams: 1, segmentBytes: 0);
            }

            SyscallResult sent = _sends.Send(_sockets[Sent / Addresses]);
            Assert.That(sent.Error, Is.EqualTo(Errno.None));
            _sends.Clear();
            Sent += count;
            MetricsPage now = null!;
            await Eventually.TrueAsync(
                () =>
                {
                    now = daemon.MetricsAsync().Result;
                    return now[Seen] + now[Lost] >= Sent;
                },
                $"{Sent} datagrams are taken");
            return now;
        }

        public void Dispose()
        {
            _sockets.ForEach(SocketCalls.Close);
            _sends.Dispose();
            _datagram.Dispose();
        }
    }
}
