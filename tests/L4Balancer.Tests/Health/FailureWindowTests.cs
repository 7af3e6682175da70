using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Health;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>What is within a window and what is not.</summary>
public sealed class FailureWindowTests
{
    /// <summary>The oracle adds up what came since the looks that are in the window.</summary>
    [Test]
    public void Look_AnyTotals_GivesWhatCameWithinTheLastTenLooks() => Prop.ForAll<byte[]>(static came =>
    {
        FailureWindow window = new();
        (long flows, long failed) = (1000, 500); // What was before the first look does not count.
        window.Look(flows, failed);
        List<(long Flows, long Failed)> looks = [];
        foreach (byte one in came)
        {
            (long more, long moreFailed) = (one % 16, Math.Min(one % 16, one / 16));
            looks.Add((more, moreFailed));
            (flows, failed) = (flows + more, failed + moreFailed);
            IEnumerable<(long Flows, long Failed)> last = looks.TakeLast(FailureWindow.Looks);
            (long, long) expected = (last.Sum(static look => look.Flows), last.Sum(static look => look.Failed));
            if (window.Look(flows, failed) != expected) return false;
        }

        window.Forget();
        return window.Look(flows, failed) == (0, 0);
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Look_TotalsWereReadHalfWritten_FailuresAreNoMoreThanFlows()
    {
        FailureWindow window = new();
        window.Look(10, 5);

        Assert.That(window.Look(11, 9), Is.EqualTo((1L, 1L)));
        Assert.That(window.Look(10, 5), Is.EqualTo((0L, 0L)));
    }
}
