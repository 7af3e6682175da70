using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Telemetry;

namespace L4Balancer.Tests.Loopback;

/// <summary>Backends with a limit, and who waits for them.</summary>
internal static class QueueTesting
{
    /// <summary>Longer than any test.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    /// <summary>Starts a balancer whose backends have a limit each, and whose pool has a queue.</summary>
    public static Task<RunningBalancer> StartAsync(
        TestServer server, int places, int queue, TimeSpan? timeout = null, int shards = 2) =>
        RunningBalancer.StartAsync([server.EndPoint], Limited(places, queue, timeout), shards);

    /// <summary>A limit for each backend, and a queue.</summary>
    public static Func<ServiceConfig, ServiceConfig> Limited(int places, int queue, TimeSpan? timeout = null) =>
        service => service with
        {
            Pool = service.Pool with
            {
                Queue = new QueueConfig { Size = queue, Timeout = timeout ?? Long },
                Backends = [.. service.Pool.Backends.Select(one => one with { MaxConnections = places })],
            },
        };

    /// <summary>Flows that wait.</summary>
    public static int Queued(this RunningBalancer balancer) =>
        balancer.Balancer.Pools.Sum(static one => one.Pool.Queue.Length);

    /// <summary>How often waiting has ended so.</summary>
    public static long Outcomes(this RunningBalancer balancer, QueueOutcome outcome) =>
        balancer.Balancer.Pools.Sum(one => one.Pool.Queue.Counters.Count(outcome));

    /// <summary>Connects, and returns when the flow waits.</summary>
    public static async Task<Socket> EnqueueAsync(this RunningBalancer balancer, string text = "")
    {
        int before = balancer.Queued();
        Socket client = await balancer.ConnectAsync();
        if (text.Length > 0) await client.SendTextAsync(text);
        await balancer.QueuedAsync(before + 1);
        return client;
    }

    /// <summary>Returns when as many wait.</summary>
    public static Task QueuedAsync(this RunningBalancer balancer, int count) =>
        Eventually.TrueAsync(() => balancer.Queued() == count, $"{count} flows in the queue");

    /// <summary>Connects, and returns the client's and the server's end.</summary>
    public static async Task<(Socket Client, Socket Server)> ConnectAsync(
        this RunningBalancer balancer, TestServer server)
    {
        Socket client = await balancer.ConnectAsync();
        return (client, await server.AcceptAsync());
    }

    /// <summary>Ends a connection from both sides, which frees its place.</summary>
    public static void End(this (Socket Client, Socket Server) flow)
    {
        flow.Client.Dispose();
        flow.Server.Dispose();
    }
}
