using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Telemetry;

/// <summary>Every reason for a drop has its word and its counter.</summary>
public sealed class DatagramDropTests
{
    [Test]
    public void Text_EveryReason_IsItsNameInSnakeCase()
    {
        foreach (DatagramDrop reason in Enum.GetValues<DatagramDrop>())
        {
            string snake = System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString());
            Assert.That(DatagramDrops.Text(reason), Is.EqualTo(snake));
        }

        Assert.That(DatagramDrops.Count, Is.EqualTo(Enum.GetValues<DatagramDrop>().Length));
    }

    [Test]
    public void Text_AllReasons_AreDistinct() =>
        Assert.That(Enum.GetValues<DatagramDrop>().Select(DatagramDrops.Text), Is.Unique);

    [Test]
    public void CountDropped_EveryReason_HasACountOfItsOwn()
    {
        DatagramCounters counters = new();
        DatagramDrop[] reasons = Enum.GetValues<DatagramDrop>();
        foreach (DatagramDrop reason in reasons) counters.CountDropped(reason, 1 << (int)reason);

        Assert.That(
            reasons.Select(counters.Dropped), Is.EqualTo(reasons.Select(static reason => 1 << (int)reason)));
    }
}
