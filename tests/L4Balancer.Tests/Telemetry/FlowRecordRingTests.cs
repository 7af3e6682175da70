using L4Balancer.Net;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Telemetry;

/// <summary>Records between a shard and the log: in order, or counted as dropped.</summary>
public sealed class FlowRecordRingTests
{
    [Test]
    public void Add_RingIsFull_DropsAndCounts()
    {
        FlowRecordRing ring = new();
        for (int i = 0; i < FlowRecordRing.Capacity + 3; i++) ring.Add(Record(i));

        Assert.That(ring.Dropped, Is.EqualTo(3));
        for (int i = 0; i < FlowRecordRing.Capacity; i++)
        {
            Assert.That(ring.TryTake(out FlowRecord? record) && record.ClientBytes == i, Is.True);
        }

        Assert.That(ring.TryTake(out _), Is.False);
    }

    [Test]
    public async Task TryTake_WhileAnotherThreadAdds_EveryRecordComesOnceInOrderOrIsCounted()
    {
        const int Records = 500_000;
        FlowRecordRing ring = new();
        Task adding = Task.Run(() =>
        {
            for (int i = 0; i < Records; i++) ring.Add(Record(i));
        });

        long taken = 0;
        long last = -1;
        while (!adding.IsCompleted || taken + ring.Dropped < Records)
        {
            while (ring.TryTake(out FlowRecord? record))
            {
                Assert.That(record.ClientBytes, Is.GreaterThan(last));
                last = record.ClientBytes;
                taken++;
            }
        }

        await adding;
        Assert.That(taken + ring.Dropped, Is.EqualTo(Records));
    }

    private static FlowRecord Record(int number) => new()
    {
        Service = "web",
        Flow = default(FlowKey),
        Backend = null,
        Reason = CloseReason.Normal,
        ClientBytes = number,
        ServerBytes = 0,
        Attempts = 0,
        ConnectDuration = TimeSpan.Zero,
        Duration = TimeSpan.Zero,
        EndedTimestamp = 0,
    };
}
