using System.Net.Sockets;
using L4Balancer.Shards;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>A gigabyte of random bytes in each direction at once, on one connection.</summary>
public sealed class BulkTests
{
    private const long Gigabyte = 1024L * 1024 * 1024;
    private const int Chunk = 256 * 1024;
    private const int PatienceMilliseconds = 20_000; // For one call.
    private const ulong Upload = 1;
    private const ulong Download = 2;

    [Test]
    public async Task Relay_GigabyteEachWayThroughKernelPipes_ArrivesAsItWasSent()
    {
        long spliced = await TransferAsync(new ShardOptions());

        Assert.That(spliced, Is.GreaterThan(Gigabyte / 4), "bytes that were spliced");
    }

    [Test]
    public async Task Relay_GigabyteEachWayWithoutKernelPipes_ArrivesAsItWasSent()
    {
        long spliced = await TransferAsync(new ShardOptions { MaxKernelPipes = 0 });

        Assert.That(spliced, Is.Zero, "bytes that were spliced");
    }

    private static async Task<long> TransferAsync(ShardOptions options)
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint], options: options);
        using (Socket client = await balancer.ConnectAsync())
        using (Socket accepted = await server.AcceptAsync())
        {
            foreach (Socket socket in (Socket[])[client, accepted])
            {
                socket.SendTimeout = socket.ReceiveTimeout = PatienceMilliseconds;
            }

            await Task.WhenAll(
                Task.Run(() => Send(client, Upload)), Task.Run(() => Receive(accepted, Upload)),
                Task.Run(() => Send(accepted, Download)), Task.Run(() => Receive(client, Download)));
        }

        IReadOnlyList<ServiceCounters> shards = balancer.Balancer.Services[0].Counters;
        Assert.Multiple(() =>
        {
            Assert.That(shards.Sum(static shard => shard.SentToServers), Is.EqualTo(Gigabyte));
            Assert.That(shards.Sum(static shard => shard.SentToClients), Is.EqualTo(Gigabyte));
        });
        return shards.Sum(static shard => shard.Spliced);
    }

    private static void Send(Socket socket, ulong seed)
    {
        RandomStream stream = new(seed);
        byte[] buffer = new byte[Chunk];
        for (long sent = 0; sent < Gigabyte; sent += Chunk)
        {
            stream.Fill(buffer);
            socket.Send(buffer);
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Compares every byte with the sender's, which finds more than a checksum and says where.</summary>
    private static void Receive(Socket socket, ulong seed)
    {
        RandomStream stream = new(seed);
        byte[] buffer = new byte[Chunk];
        byte[] expected = new byte[Chunk];
        long received = 0;
        for (int count; (count = socket.Receive(buffer)) > 0; received += count)
        {
            stream.Fill(expected.AsSpan(0, count));
            int same = buffer.AsSpan(0, count).CommonPrefixLength(expected);
            if (same < count) Assert.Fail($"byte {received + same} of stream {seed} is another");
        }

        Assert.That(received, Is.EqualTo(Gigabyte), $"bytes of stream {seed}");
    }
}
