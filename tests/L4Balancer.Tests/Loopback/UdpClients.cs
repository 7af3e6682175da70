using System.Net;
using System.Net.Sockets;
using System.Text;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Pools;
using L4Balancer.Shards;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Short words for what tests do with UDP clients.</summary>
internal static class UdpClients
{
    private const int PatienceMilliseconds = 20_000;
    private const int BufferBytes = 1 << 20;
    private const int UdpLevel = 17;
    private const int UdpSegment = 103;

    /// <summary>A balancer with one UDP service; <paramref name="change"/> adapts it.</summary>
    public static Task<RunningBalancer> StartAsync(
        IEnumerable<IPEndPoint> backends,
        Func<ServiceConfig, ServiceConfig>? change = null,
        int shards = 2,
        bool offload = true)
    {
        ServiceConfig service = RunningBalancer.UdpService(backends);
        return RunningBalancer.StartAsync(
            change is null ? service : change(service),
            new GlobalConfig { Shards = shards },
            new ShardOptions { DatagramOffload = offload });
    }

    /// <summary>As the other, in front of servers.</summary>
    public static Task<RunningBalancer> StartAsync(
        IEnumerable<UdpServer> servers,
        Func<ServiceConfig, ServiceConfig>? change = null,
        int shards = 2,
        bool offload = true) =>
        StartAsync(servers.Select(static server => server.EndPoint), change, shards, offload);

    /// <summary>A socket that has one peer.</summary>
    /// <param name="target">The peer.</param>
    /// <param name="from">Its own address; null for any.</param>
    /// <param name="sharesPort">It may have a port that a listener has already.</param>
    public static Socket Connect(IPEndPoint target, IPEndPoint? from = null, bool sharesPort = false)
    {
        Socket socket = new(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = PatienceMilliseconds,
            ReceiveBufferSize = BufferBytes,
            SendBufferSize = BufferBytes,
        };
        if (sharesPort) socket.SetRawSocketOption(optionLevel: 1, optionName: 15, BitConverter.GetBytes(1));
        if (from is not null) socket.Bind(from);
        socket.Connect(target);
        return socket;
    }

    /// <summary>A client of the first listener.</summary>
    public static Socket ConnectUdp(this RunningBalancer balancer) => Connect(balancer.Address);

    /// <summary>As many clients of the first listener.</summary>
    public static Socket[] ConnectUdp(this RunningBalancer balancer, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => balancer.ConnectUdp())];

    /// <summary>A client whose flow the ring gives to a backend.</summary>
    public static Socket ConnectUdpTo(this RunningBalancer balancer, IPEndPoint backend)
    {
        for (int tries = 0; tries < 1000; tries++)
        {
            Socket client = balancer.ConnectUdp();
            if (balancer.BackendOf(client)?.Name == backend.ToString()) return client;

            client.Dispose();
        }

        throw new AssertionException($"the ring gives no flow to {backend}");
    }

    /// <summary>The backend that the pool picks for a client's flow now.</summary>
    public static Backend? BackendOf(this RunningBalancer balancer, Socket client) =>
        balancer.Balancer.Pools[0].Pool.Pick(client.FlowTo(balancer.Address), []);

    /// <summary>A client's flow to a listener.</summary>
    public static FlowKey FlowTo(this Socket client, IPEndPoint listener) =>
        new(IpEndpoint.From((IPEndPoint)client.LocalEndPoint!), IpEndpoint.From(listener), FlowProtocol.Udp);

    /// <summary>Changes a backend as a verdict of the control plane does.</summary>
    public static void Change(this RunningBalancer balancer, IPEndPoint backend, Action<Backend> change)
    {
        Pool pool = balancer.Balancer.Pools[0].Pool;
        pool.Change(() =>
        {
            change(pool.Backends.Single(one => one.Name == backend.ToString()));
            return true;
        });
    }

    /// <summary>Datagrams dropped for a reason.</summary>
    public static long Dropped(this RunningBalancer balancer, DatagramDrop reason) =>
        balancer.Datagrams(counters => counters.Dropped(reason));

    /// <summary>Waits until a UDP counter has a value: what was sent is counted just after it was.</summary>
    public static Task CountsAsync(
        this RunningBalancer balancer, Func<DatagramCounters, long> value, long expected, string what) =>
        Eventually.TrueAsync(() => balancer.Datagrams(value) == expected, $"{expected} {what}");

    public static void Send(this Socket client, string text) => client.Send(Encoding.ASCII.GetBytes(text));

    /// <summary>Sends datagrams of one size, of which the last may be shorter, with one call.</summary>
    public static void SendTrain(this Socket client, ReadOnlySpan<byte> bytes, int segmentBytes)
    {
        client.SetSegmentBytes(segmentBytes);
        try
        {
            client.Send(bytes);
        }
        finally
        {
            client.SetSegmentBytes(0);
        }
    }

    /// <summary>What is sent from now on is cut into datagrams of so many bytes; 0: no more.</summary>
    public static void SetSegmentBytes(this Socket socket, int segmentBytes) =>
        socket.SetRawSocketOption(UdpLevel, UdpSegment, BitConverter.GetBytes(segmentBytes));

    /// <summary>The next datagram; fails when none comes.</summary>
    public static byte[] ReceiveDatagram(this Socket client)
    {
        byte[] buffer = new byte[ushort.MaxValue + 1];
        return buffer[..client.Receive(buffer)];
    }

    /// <summary>The next datagrams.</summary>
    public static byte[][] ReceiveDatagrams(this Socket client, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => client.ReceiveDatagram())];

    public static string ReceiveText(this Socket client) => Encoding.ASCII.GetString(client.ReceiveDatagram());

    /// <summary>Sends text and returns the next datagram.</summary>
    public static string RoundTrip(this Socket client, string text)
    {
        client.Send(text);
        return client.ReceiveText();
    }

    /// <summary>Sends text again and again until a reply comes; fails when none ever does.</summary>
    public static async Task<string> AnswerAsync(this Socket client, string text)
    {
        string? answer = null;
        await Eventually.TrueAsync(
            () =>
            {
                client.TrySend(text);
                if (client.Poll(TimeSpan.FromMilliseconds(5), SelectMode.SelectRead)) answer = client.TryReceive();
                return answer is not null;
            },
            $"an answer to {text}");
        return answer!;
    }

    /// <summary>Sends text; ICMP that came for an earlier datagram is no matter.</summary>
    public static void TrySend(this Socket client, string text)
    {
        try
        {
            client.Send(text);
        }
        catch (SocketException)
        {
            return; // Passed on, and the next one is sent.
        }
    }

    public static void DisposeAll(this IEnumerable<Socket> sockets)
    {
        foreach (Socket socket in sockets) socket.Dispose();
    }

    /// <summary>The datagram that waits, or null where it is an error that does.</summary>
    private static string? TryReceive(this Socket client)
    {
        try
        {
            return client.ReceiveText();
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
