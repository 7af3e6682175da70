using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using BenchmarkDotNet.Attributes;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Shards;
using Microsoft.Extensions.Logging.Abstractions;

namespace L4Balancer.Bench;

/// <summary>
/// One request and its reply through real sockets: client, balancer with one shard, echo server, all on loopback.
/// Client and server are blocking sockets on threads of their own and allocate nothing, and <see
/// cref="MemoryDiagnoserAttribute"/> counts the whole process, so an allocated 0 B is the shard's. The clean-up says
/// what the shard's thread by itself allocated since the first measurement.
/// </summary>
/// <remarks>
/// The time is dominated by three threads waking each other, not by the balancer; <c>bench/peers</c> measures its CPU
/// time.
/// </remarks>
[MemoryDiagnoser]
public class RelayBenchmarks
{
    private const int RoundTrips = 1000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    private readonly byte[] _reply = new byte[64 * 1024];
    private byte[] _request = null!;
    private Socket _listener = null!;
    private Socket _client = null!;
    private Thread _echo = null!;
    private Balancer _balancer = null!;
    private long _allocatedBefore;
    private long _roundTrips;

    /// <summary>Bytes of the request, and of the reply. The larger one fills the shard's buffer.</summary>
    [Params(64, 64 * 1024)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _request = new byte[Bytes];
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _echo = new Thread(() => EchoLoop(_listener)) { IsBackground = true, Name = "echo" };
        _echo.Start();

        _balancer = new Balancer(
            Config((IPEndPoint)_listener.LocalEndPoint!),
            NullLoggerFactory.Instance,
            TimeProvider.System,
            new ShardOptions());
        await _balancer.StartAsync(CancellationToken.None);
        _client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _client.Connect(_balancer.Listeners[0].Endpoint.ToIPEndPoint());

        // Until the data path is compiled for good; its first version boxes awaiters.
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;) RoundTrip();
        _roundTrips = 0;
        _allocatedBefore = await AllocatedByShardAsync();
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        long allocated = await AllocatedByShardAsync() - _allocatedBefore;
        Console.WriteLine($"// The shard's thread allocated {allocated} B in {_roundTrips} round trips.");

        _client.Dispose();
        _echo.Join();
        _listener.Dispose();
        await _balancer.DisposeAsync();
    }

    [Benchmark(OperationsPerInvoke = RoundTrips)]
    public void RoundTrip()
    {
        for (int i = 0; i < RoundTrips; i++) RoundTripOnce();
        _roundTrips += RoundTrips;
    }

    private static BalancerConfig Config(IPEndPoint server) => new()
    {
        Global = new GlobalConfig { Shards = 1 },
        Log = new LogConfig { Flows = FlowLogFilter.None },
        Services =
        [
            new ServiceConfig
            {
                Name = "bench",
                Listen = [new ListenAddress(IpEndpoint.From(new IPEndPoint(IPAddress.Loopback, 0)))],
                Pool = new PoolConfig
                {
                    Name = "bench",
                    Health = new HealthConfig { Type = ProbeType.None },
                    Backends = [new BackendConfig { Name = "echo", Host = "127.0.0.1", Port = (ushort)server.Port }],
                },
            },
        ],
    };

    /// <summary>Serves one connection until the client ends it.</summary>
    private static void EchoLoop(Socket listener)
    {
        using Socket connection = listener.Accept();
        connection.NoDelay = true;
        byte[] buffer = new byte[64 * 1024];
        for (int received; (received = connection.Receive(buffer)) > 0;)
        {
            SendAll(connection, buffer.AsSpan(0, received));
        }
    }

    private static void SendAll(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[socket.Send(bytes)..];
    }

    private void RoundTripOnce()
    {
        SendAll(_client, _request);
        for (int received = 0; received < Bytes;)
        {
            int count = _client.Receive(_reply);
            if (count == 0) throw new InvalidOperationException("the balancer has closed the connection");
            received += count;
        }
    }

    private Task<long> AllocatedByShardAsync()
    {
        TaskCompletionSource<long> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _balancer.Shards[0].Post(() => answer.SetResult(GC.GetAllocatedBytesForCurrentThread()));
        return answer.Task;
    }
}
