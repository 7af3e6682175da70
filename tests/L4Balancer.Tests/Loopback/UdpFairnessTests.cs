using System.Net.Sockets;
using L4Balancer.Shards;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>
/// However fast datagrams come, one turn of a shard's loop takes no more than a few batches of a listener or session,
/// so that its other flows have their turn.
/// </summary>
public sealed class UdpFairnessTests
{
    private const int Turns = 20;

    [Test]
    public async Task Requests_MoreComeInEveryTurn_ATurnTakesTwoBatchesAtMost()
    {
        const int Batch = 64;
        using UdpServer server = UdpServer.Silent();
        await using RunningBalancer balancer = await UdpClients.StartAsync([server], shards: 1, offload: false);
        using Socket client = balancer.ConnectUdp();
        client.Send("x");
        await balancer.CountsAsync(static one => one.SentToServers, 1, "datagrams to the server");

        long[] taken = await TakenByTurnAsync(
            balancer, () => client.Send("x"), waiting: 500, () => balancer.Datagrams(one => one.ReceivedFromClients));
        Assert.That(taken, Is.All.LessThanOrEqualTo(2 * Batch));
        Assert.That(taken.Sum(), Is.GreaterThan(2 * Batch), "more than a turn's wait");
    }

    [Test]
    public async Task Replies_MoreComeInEveryTurn_ATurnTakesTwoBatchesAtMost()
    {
        const int Batch = 16;
        using HandServer server = new();
        await using RunningBalancer balancer =
            await UdpClients.StartAsync([server.EndPoint], shards: 1, offload: false);
        using Socket client = balancer.ConnectUdp();
        client.Send("x");
        server.Take();

        long[] taken = await TakenByTurnAsync(
            balancer, () => server.Send("y"), waiting: 150, () => balancer.Datagrams(one => one.ReceivedFromServers));
        Assert.That(taken, Is.All.LessThanOrEqualTo(2 * Batch));
        Assert.That(taken.Sum(), Is.GreaterThan(2 * Batch), "more than a turn's wait");
    }

    /// <summary>Lets datagrams wait, then sends one more in every turn and looks what each turn has taken.</summary>
    private static async Task<long[]> TakenByTurnAsync(
        RunningBalancer balancer, Action send, int waiting, Func<long> taken)
    {
        Shard shard = balancer.Balancer.Shards[0];
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        List<long> counts = [];
        void Turn()
        {
            counts.Add(taken());
            if (counts.Count > Turns)
            {
                done.SetResult();
                return;
            }

            send();
            NextTurn(shard, Turn);
        }

        using (await StuckShard.HoldAsync(shard))
        {
            for (int i = 0; i < waiting; i++) send();
            shard.Post(Turn);
        }

        await done.Task.Within();
        return [.. counts.Skip(1).Zip(counts, static (after, before) => after - before)];
    }

    /// <summary>What is posted in a turn may run in the same; what is deferred does not.</summary>
    private static void NextTurn(Shard shard, Action work) =>
        shard.Defer(new Continuation(() => shard.Post(work)));
}
