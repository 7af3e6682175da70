using System.Net;
using System.Net.Sockets;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>
/// Datagrams of flows that are known allocate nothing. Client and server of the test do not either, so that the whole
/// process can be measured.
/// </summary>
[TestFixture(true)]
[TestFixture(false)]
public sealed class UdpAllocationTests(bool offload)
{
    private const int Datagrams = 20_000;
    private const int Tries = 5;

    [TestCase(1)]
    [TestCase(16, Description = "bursts")]
    public async Task Relay_FlowIsKnown_AllocatesLessThanAByteADatagram(int burst)
    {
        using PlainEcho server = new();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server.EndPoint], offload: offload);
        using Socket client = balancer.ConnectUdp();
        byte[] buffer = new byte[2048];
        Exchange(client, buffer, burst);

        // Other parts of the process may allocate meanwhile: a timer, the test's own log. Not every time.
        long least = long.MaxValue;
        for (int i = 0; i < Tries && least >= Datagrams; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Exchange(client, buffer, burst);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.That(least, Is.LessThan(Datagrams));
        Assert.That(balancer.Counters(static one => one.Accepted), Is.EqualTo(1));
    }

    /// <summary>Half of the datagrams go to the server, half come back.</summary>
    private static void Exchange(Socket client, byte[] buffer, int burst)
    {
        for (int sent = 0; sent < Datagrams / 2; sent += burst)
        {
            for (int i = 0; i < burst; i++) client.Send(buffer.AsSpan(0, 200));
            for (int i = 0; i < burst; i++) client.Receive(buffer.AsSpan());
        }
    }

    /// <summary>Sends everything back and allocates nothing.</summary>
    private sealed class PlainEcho : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly Thread _thread;

        public PlainEcho()
        {
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
            _thread = new Thread(EchoLoop) { IsBackground = true };
            _thread.Start();
        }

        public IPEndPoint EndPoint { get; }

        public void Dispose()
        {
            using Socket waker = UdpClients.Connect(EndPoint);
            waker.Send(""); // An empty one ends it.
            _thread.Join();
            _socket.Dispose();
        }

        private void EchoLoop()
        {
            byte[] buffer = new byte[2048];
            SocketAddress sender = new(AddressFamily.InterNetwork);
            int count;
            while ((count = _socket.ReceiveFrom(buffer.AsSpan(), SocketFlags.None, sender)) > 0)
            {
                _socket.SendTo(buffer.AsSpan(0, count), SocketFlags.None, sender);
            }
        }
    }
}
