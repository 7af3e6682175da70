using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Shards;
using L4Balancer.Tcp;
using L4Balancer.Telemetry;

namespace L4Balancer.Tests.Loopback;

/// <summary>One flow through a balancer, with both of its ends in the test's hands.</summary>
internal sealed class Link : IAsyncDisposable
{
    private readonly TestServer _listener;

    private Link(TestServer listener, RunningBalancer balancer, Socket client, Socket server)
    {
        _listener = listener;
        Balancer = balancer;
        Client = client;
        Server = server;
    }

    public RunningBalancer Balancer { get; }

    public Socket Client { get; }

    public Socket Server { get; }

    public static async Task<Link> OpenAsync(
        ShardOptions? options = null, Func<ServiceConfig, ServiceConfig>? change = null, int shards = 2)
    {
        TestServer listener = new();
        RunningBalancer balancer =
            await RunningBalancer.StartAsync([listener.EndPoint], change, shards, options);
        Socket client = await balancer.ConnectAsync();
        return new Link(listener, balancer, client, await listener.AcceptAsync());
    }

    /// <summary>The ends, as a direction has them.</summary>
    public (Socket Source, Socket Target) Ends(bool fromClient) => fromClient ? (Client, Server) : (Server, Client);

    /// <summary>Holds the thread of the only shard.</summary>
    public Task<StuckShard> HoldAsync() => StuckShard.HoldAsync(Balancer.Balancer.Shards.Single());

    /// <summary>A counter's sum over the shards.</summary>
    public long Counters(Func<ServiceCounters, long> value) => Balancer.Counters(value);

    /// <summary>The balancer's own view of the flow, asked of the shard that has it.</summary>
    public async Task<TcpSession> SessionAsync()
    {
        TaskCompletionSource<TcpSession> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (Shard shard in Balancer.Balancer.Shards)
        {
            _ = LiveFlows.VisitAsync(shard, flow => found.SetResult((TcpSession)flow));
        }

        return await found.Task.Within();
    }

    /// <summary>Why the flow ended.</summary>
    public async Task<CloseReason> ReasonAsync() => (await Balancer.RecordAsync()).Reason;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Server.Dispose();
        _listener.Dispose();
        await Balancer.DisposeAsync();
    }
}
