using System.Net.Sockets;
using System.Net;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Shards;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>A balancer on loopback in this process, with one service on a port that the kernel chose.</summary>
internal sealed class RunningBalancer : IAsyncDisposable
{
    private readonly List<FlowRecord> _records = [];

    private RunningBalancer(Balancer balancer)
    {
        Balancer = balancer;
        Address = balancer.Listeners[0].Endpoint.ToIPEndPoint();
    }

    public Balancer Balancer { get; }

    /// <summary>Where it listens first; known also when it does so no longer.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Starts it in front of backends; <paramref name="change"/> adapts the service.</summary>
    public static Task<RunningBalancer> StartAsync(
        IEnumerable<IPEndPoint> backends,
        Func<ServiceConfig, ServiceConfig>? change = null,
        int shards = 2,
        ShardOptions? options = null)
    {
        ServiceConfig service = Service(backends);
        return StartAsync(change is null ? service : change(service), new GlobalConfig { Shards = shards }, options);
    }

    public static async Task<RunningBalancer> StartAsync(
        ServiceConfig service, GlobalConfig global, ShardOptions? options = null)
    {
        BalancerConfig config = new()
        {
            Global = global,
            Log = new LogConfig { Flows = FlowLogFilter.All },
            Services = [service],
        };
        Balancer balancer =
            new(config, NullLoggerFactory.Instance, TimeProvider.System, options ?? new ShardOptions());
        await balancer.StartAsync(CancellationToken.None);
        return new RunningBalancer(balancer);
    }

    /// <summary>A service without probes on a free port of 127.0.0.1.</summary>
    public static ServiceConfig Service(IEnumerable<IPEndPoint> backends) => new()
    {
        Name = "test",
        Listen = [new ListenAddress(IpEndpoint.From(new IPEndPoint(IPAddress.Loopback, 0)))],
        Pool = new PoolConfig
        {
            Name = "test",
            Health = new HealthConfig { Type = ProbeType.None },
            Ejection = new EjectionConfig { Failures = 0 },
            Backends = [.. backends.Select(Backend)],
        },
    };

    /// <summary>A UDP service without probes on a free port of 127.0.0.1.</summary>
    public static ServiceConfig UdpService(IEnumerable<IPEndPoint> backends) => Service(backends) with
    {
        Protocol = FlowProtocol.Udp,
        Timeouts = new TimeoutConfig { Idle = TimeoutConfig.UdpIdle },
    };

    public static BackendConfig Backend(IPEndPoint address) => new()
    {
        Name = address.ToString(),
        Host = address.Address.ToString(),
        Port = (ushort)address.Port,
    };

    /// <summary>A connection through the balancer.</summary>
    public async Task<Socket> ConnectAsync()
    {
        Socket socket = new(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Address);
        return socket;
    }

    /// <summary>A counter's sum over the shards.</summary>
    public long Counters(Func<ServiceCounters, long> value) =>
        Balancer.Services[0].Counters.Sum(value);

    /// <summary>A UDP counter's sum over the shards.</summary>
    public long Datagrams(Func<DatagramCounters, long> value) =>
        ((UdpRuntime)Balancer.Services[0]).Datagrams.Sum(value);

    /// <summary>Sends text over a connection of its own and returns as much as comes back.</summary>
    public async Task<string> RoundTripAsync(string text)
    {
        using Socket client = await ConnectAsync();
        await client.SendTextAsync(text);
        return await client.ReceiveTextAsync(text.Length);
    }

    /// <summary>
    /// Connects and says how the stream ends: null for a clean end, otherwise the error. A reset may come so soon that
    /// it is the connect that sees it.
    /// </summary>
    public async Task<SocketError?> EndOfClientAsync()
    {
        using Socket client = new(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await client.ConnectAsync(Address);
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }

        return await client.EndAsync();
    }

    /// <summary>The records of flows that have ended, once there are as many as expected.</summary>
    public async Task<IReadOnlyList<FlowRecord>> RecordsAsync(int count)
    {
        await Eventually.TrueAsync(
            () =>
            {
                Balancer.TakeFlowRecords(_records.Add);
                return _records.Count >= count;
            },
            $"{count} flow records");
        return _records;
    }

    /// <summary>The only flow's record.</summary>
    public async Task<FlowRecord> RecordAsync() => (await RecordsAsync(1)).Single();

    /// <summary>Stops it; nothing it held may be left.</summary>
    public async ValueTask DisposeAsync()
    {
        await Balancer.DisposeAsync();
        Assert.Multiple(() =>
        {
            Assert.That(Balancer.ActiveConnections, Is.Zero, "sessions left");
            Assert.That(Balancer.Backends.Sum(static one => one.ActiveConnections), Is.Zero, "backends' sessions left");
            Assert.That(Balancer.Pools.Sum(static one => one.Pool.Queue.Length), Is.Zero, "queued flows left");
            Assert.That(Balancer.Shards.Sum(static shard => shard.Load.Sessions), Is.Zero, "shards' sessions left");
            Assert.That(Balancer.Shards.Sum(static shard => shard.HeldBytes.InUse), Is.Zero, "held bytes left");
            Assert.That(Balancer.Shards.Sum(static shard => shard.KernelPipes.InUse), Is.Zero, "kernel pipes left");
            Assert.That(Balancer.Shards.Sum(static shard => shard.Timers.Count), Is.Zero, "timers left");
            foreach (UdpRuntime udp in Balancer.Services.OfType<UdpRuntime>()) AssertBalanced(udp);
        });
    }

    /// <summary>Every datagram was sent or dropped for a reason, and every session has ended for one.</summary>
    private static void AssertBalanced(UdpRuntime udp)
    {
        DatagramDrop[] ofReplies = [DatagramDrop.ClientBuffer, DatagramDrop.ClientUnreachable];
        DatagramDrop[] ofRequests =
            [.. Enum.GetValues<DatagramDrop>().Except([.. ofReplies, DatagramDrop.ReceiveBuffer])];
        Assert.That(udp.Limit.Open, Is.Zero, "places taken");
        Assert.That(
            udp.Counters.Sum(static shard => Enum.GetValues<CloseReason>().Sum(shard.Closed)),
            Is.EqualTo(udp.Counters.Sum(static shard => shard.Accepted)),
            "sessions that have ended");
        Assert.That(
            udp.Datagrams.Sum(shard => shard.SentToServers + ofRequests.Sum(shard.Dropped)),
            Is.EqualTo(udp.Datagrams.Sum(static shard => shard.ReceivedFromClients)),
            "datagrams from clients that were sent or dropped");
        Assert.That(
            udp.Datagrams.Sum(shard => shard.SentToClients + ofReplies.Sum(shard.Dropped)),
            Is.EqualTo(udp.Datagrams.Sum(static shard => shard.ReceivedFromServers)),
            "datagrams from servers that were sent or dropped");
    }
}
