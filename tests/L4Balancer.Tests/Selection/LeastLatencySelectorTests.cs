using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Selection;
using NUnit.Framework;

namespace L4Balancer.Tests.Selection;

/// <summary>That flows keep away from whoever is slow, and come back.</summary>
internal sealed class LeastLatencySelectorTests
{
    private const int Flows = 20_000;
    private static readonly double Share = 1 / 10.0;

    private readonly MeasuredTime _time = new();

    [Test]
    public void Pick_OneIsSlow_GetsNoneUntilTheOthersHaveAsManyTimesItsSessions()
    {
        Backend[] backends = Selecting.Backends(10);
        ISelector selector = Selector(backends);
        Answer(backends, 0.001);
        Answer(backends[..1], 0.010);
        selector.Counts(Flows, held: true);

        // Costs are even where the sessions of one and ten times as slow are as ten to one.
        double expected = Flows / (9 + 0.1) * 0.1;
        Assert.That(backends[0].ActiveSessions, Is.EqualTo(expected).Within(expected / 5));
    }

    [Test]
    public void Pick_OneWasSlow_IsTriedAgainByAndByWithoutAnAnswer()
    {
        Backend[] backends = Selecting.Backends(10);
        ISelector selector = Selector(backends);
        Answer(backends, 0.001);
        Answer(backends[..1], 1);
        Assert.That(selector.Counts(Flows).ContainsKey(backends[0]), Is.False);

        for (int second = 0; second < 80; second++)
        {
            _time.Advance(1);
            Answer(backends[1..], 0.001);
        }

        Assert.That(selector.Counts(Flows)[backends[0]], Is.GreaterThan(Flows * Share));
    }

    [Test]
    public void Pick_OneHasNotAnsweredYet_GetsTwiceItsShareAtMostAndByItsSessions()
    {
        Backend[] backends = Selecting.Backends(10);
        ISelector selector = Selector(backends);
        Answer(backends[1..], 0.001);
        foreach (Backend backend in backends[1..]) backend.Occupy(Flows);
        Assert.That(
            selector.Counts(Flows)[backends[0]],
            Is.EqualTo(2 * Share * Flows).Within(Selecting.FiveDeviations(2 * Share, Flows)));

        backends[0].Occupy(2 * Flows);
        Assert.That(selector.Counts(Flows).ContainsKey(backends[0]), Is.False);
    }

    [Test]
    public void Pick_LatenciesBelowWhatTheClockTells_CountAsEqual()
    {
        Backend[] backends = Selecting.Backends(10);
        ISelector selector = Selector(backends);
        Answer(backends[..5], 1e-6);
        Answer(backends[5..], 40e-6);
        Dictionary<Backend, int> counts = selector.Counts(Flows);

        Assert.That(counts.Values, Is.All.EqualTo(Share * Flows).Within(Selecting.FiveDeviations(Share, Flows)));
    }

    [Test]
    public void Make_NextSnapshot_LatenciesAreKeptAndForgottenWithThePolicy()
    {
        Backend[] backends = Selecting.Backends(2);
        _ = Selector(backends);
        Answer(backends, 0.5);
        _ = Selector(backends);
        Assert.That(backends[0].Latency!.Seconds(_time.Now), Is.EqualTo(0.5f));
        Assert.That(backends[0].Traffic, Is.Null);

        _ = Selecting.Make(BalancePolicy.Ring, backends);
        Assert.That(backends[0].Latency, Is.Null);
    }

    private ISelector Selector(Backend[] backends) => Selecting.Make(
        new PoolConfig { Name = "test", Backends = [], Balance = BalancePolicy.LeastLatency }, backends, time: _time);

    private void Answer(IEnumerable<Backend> backends, double seconds)
    {
        foreach (Backend backend in backends) backend.Latency!.Record(MeasuredTime.Ticks(seconds), _time.Now);
    }
}
