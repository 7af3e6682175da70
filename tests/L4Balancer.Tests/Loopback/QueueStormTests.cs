using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using L4Balancer.Config;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Many at once at backends that may have few: nobody is one too many, nobody is forgotten.</summary>
public sealed class QueueStormTests
{
    private const int Clients = 300;

    [TestCase(1, 1, 1)]
    [TestCase(2, 1, 1)]
    [TestCase(2, 2, 3)]
    [TestCase(4, 3, 2)]
    public async Task Storm_QueueHasRoomForAll_EachIsServedAndNoServerSeesTooMany(int shards, int servers, int places)
    {
        CountingServer[] counting = [.. Enumerable.Range(0, servers).Select(static _ => new CountingServer())];
        await using (RunningBalancer balancer = await RunningBalancer.StartAsync(
            counting.Select(static one => one.Server.EndPoint), QueueTesting.Limited(places, Clients), shards))
        {
            string[] ends = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => AskAsync(balancer, i)));

            Assert.That(ends, Is.All.EqualTo("served"));
            Assert.That(counting.Select(static one => one.Most), Is.All.InRange(1, places));
            Assert.That(counting.Sum(static one => one.Served), Is.EqualTo(Clients));
            await Eventually.TrueAsync(() => balancer.Balancer.ActiveConnections == 0, "all ended");
            Assert.That(balancer.Queued(), Is.Zero);
        }

        foreach (CountingServer one in counting) one.Dispose();
    }

    [Test]
    public async Task Storm_ByAnyPolicy_EachIsServedAndNoServerSeesTooMany([Values] BalancePolicy policy)
    {
        CountingServer[] counting = [new CountingServer(), new CountingServer()];
        await using (RunningBalancer balancer = await RunningBalancer.StartAsync(
            counting.Select(static one => one.Server.EndPoint),
            service => QueueTesting.Limited(2, Clients)(service with
            {
                Pool = service.Pool with { Balance = policy },
            })))
        {
            string[] ends = await Task.WhenAll(Enumerable.Range(0, Clients / 3).Select(i => AskAsync(balancer, i)));

            Assert.That(ends, Is.All.EqualTo("served"));
            Assert.That(counting.Select(static one => one.Most), Is.All.InRange(1, 2));
        }

        foreach (CountingServer one in counting) one.Dispose();
    }

    [TestCase(2, 2, 1, 20, 40)]
    [TestCase(3, 1, 2, 5, 1)]
    public async Task Storm_QueueIsShort_EachIsServedOrRefusedForTheReasonThatThereWas(
        int shards, int servers, int places, int queue, int milliseconds)
    {
        CountingServer[] counting = [.. Enumerable.Range(0, servers).Select(static _ => new CountingServer())];
        await using (RunningBalancer balancer = await RunningBalancer.StartAsync(
            counting.Select(static one => one.Server.EndPoint),
            QueueTesting.Limited(places, queue, TimeSpan.FromMilliseconds(milliseconds)), shards))
        {
            string[] ends = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => AskAsync(balancer, i)));
            IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(Clients);

            Assert.That(counting.Select(static one => one.Most), Is.All.LessThanOrEqualTo(places));
            ILookup<CloseReason, FlowRecord> byReason = records.ToLookup(static one => one.Reason);
            CloseReason[] possible = [CloseReason.Normal, CloseReason.Limit, CloseReason.QueueTimeout];
            Assert.That(byReason.Select(static one => one.Key), Is.SubsetOf(possible));
            Assert.That(ends.Count(static end => end == "served"), Is.EqualTo(byReason[CloseReason.Normal].Count()));
            Assert.That(
                balancer.Outcomes(QueueOutcome.Full), Is.EqualTo(byReason[CloseReason.Limit].Count()));
            Assert.That(
                balancer.Outcomes(QueueOutcome.Timeout), Is.EqualTo(byReason[CloseReason.QueueTimeout].Count()));
        }

        foreach (CountingServer one in counting) one.Dispose();
    }

    [Test]
    public async Task Storm_ClientsComeAndGoAsTheyLike_NothingIsLeft()
    {
        using CountingServer counting = new();
        await using RunningBalancer balancer = await QueueTesting.StartAsync(counting.Server, 2, Clients, shards: 3);
        Random random = new(7);
        int[] patience = [.. Enumerable.Range(0, Clients).Select(_ => random.Next(3))];

        await Task.WhenAll(patience.Select(async (kind, i) =>
        {
            if (kind == 0)
            {
                await AskAsync(balancer, i);
                return;
            }

            using Socket client = await balancer.ConnectAsync();
            await Task.Yield();
            if (kind == 1) client.Reset();
        }));

        await Eventually.TrueAsync(() => balancer.Balancer.ActiveConnections == 0, "all ended");
        Assert.That(balancer.Queued(), Is.Zero);
        Assert.That(balancer.Balancer.Backends.Single().ActiveConnections, Is.Zero);
        Assert.That(await AskAsync(balancer, 0), Is.EqualTo("served"), "a place is still to be had");
    }

    /// <summary>Asks, and says how that ended.</summary>
    private static async Task<string> AskAsync(RunningBalancer balancer, int number)
    {
        try
        {
            using Socket client = await balancer.ConnectAsync();
            await client.SendTextAsync($"{number,4}");
            byte[] answer = await client.ReceiveToEndAsync();
            return Encoding.ASCII.GetString(answer) == $"{number,4}" ? "served" : "answered wrongly";
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode.ToString();
        }
    }

    /// <summary>
    /// Answers each connection and ends it first: what it counts is open here for no longer than at the balancer.
    /// </summary>
    private sealed class CountingServer : IDisposable
    {
        private readonly ConcurrentBag<int> _seen = [];
        private int _open;

        public CountingServer() => Server = new TestServer().Serve(ServeAsync);

        public TestServer Server { get; }

        public int Served => _seen.Count;

        /// <summary>Most connections that were open at once.</summary>
        public int Most => _seen.DefaultIfEmpty().Max();

        public void Dispose() => Server.Dispose();

        private async Task ServeAsync(Socket socket)
        {
            _seen.Add(Interlocked.Increment(ref _open));
            byte[] request = new byte[4];
            try
            {
                int received = await socket.ReceiveAsync(request);
                await Task.Yield();
                if (received > 0) await socket.SendAsync(request.AsMemory(0, received));
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        }
    }
}
