using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Selection;
using NUnit.Framework;

namespace L4Balancer.Tests.Selection;

/// <summary>That flows go where fewer bytes have gone lately.</summary>
internal sealed class LeastTrafficSelectorTests
{
    private readonly MeasuredTime _time = new();

    [Test]
    public void Pick_FlowsOfVerySkewedSizes_BytesFollowTheWeights()
    {
        Backend[] backends = [.. Enumerable.Range(0, 10).Select(static i => Selecting.Named($"b{i}", 1 + (i % 2)))];
        ISelector selector = Selector(backends);
        double[] bytes = new double[backends.Length];
        Random sizes = new(2);
        for (int flow = 0; flow < 100_000; flow++)
        {
            long size = (long)Math.Min(1e6, 1000 / Math.Pow(1 - sizes.NextDouble(), 1 / 1.2)); // Pareto.
            int at = Array.IndexOf(backends, selector.Pick(0, []));
            backends[at].Traffic!.Add(size, _time.Now);
            bytes[at] += size;
            _time.Advance(0.001);
        }

        double[] shares = [.. bytes.Select((one, i) => one / bytes.Sum() * 15 / backends[i].Weight)];
        Assert.That(shares, Is.All.EqualTo(1).Within(0.1));
    }

    [Test]
    public void Pick_OneHadMuchTrafficLongAgo_IsNotPassedOverForIt()
    {
        Backend[] backends = Selecting.Backends(2);
        ISelector selector = Selector(backends);
        backends[0].Traffic!.Add(1_000_000_000, _time.Now);
        Assert.That(selector.Pick(0, []), Is.SameAs(backends[1]));

        _time.Advance(120);
        backends[1].Traffic!.Add(1_000_000, _time.Now);
        Assert.That(selector.Pick(0, []), Is.SameAs(backends[0]));
    }

    /// <summary>A server that can do no more moves no more, however many flows it has.</summary>
    [Test]
    public void Pick_TheOneWithFewerBytesHasMoreThanTwiceTheSessions_IsPassedOver()
    {
        Backend[] backends = [Selecting.Named("slow", 2), Selecting.Named("fast", 1)];
        ISelector selector = Selector(backends);
        backends[0].Traffic!.Add(1000, _time.Now);
        backends[1].Traffic!.Add(1_000_000, _time.Now);
        backends[1].Occupy(100);
        backends[0].Occupy(400);
        Assert.That(selector.Pick(0, []), Is.SameAs(backends[0]));

        backends[0].Occupy(100);
        Assert.That(selector.Pick(0, []), Is.SameAs(backends[1]));
    }

    [Test]
    public void CountTraffic_AnyPortions_AddUpToAllBytes()
    {
        Backend backend = Selecting.Named("one");
        backend.Measure(latency: false, traffic: true);
        Random random = new(1);
        long all = 0;
        for (int session = 0; session < 50; session++)
        {
            long moved = 0;
            for (int burst = 0; burst < 20; burst++)
            {
                int bytes = random.Next(1, 1 << random.Next(1, 22));
                backend.CountTraffic(moved, bytes, _time.Now);
                moved += bytes;
            }

            backend.CountLastTraffic(moved, _time.Now);
            all += moved;
        }

        Assert.That(backend.Traffic!.Value(_time.Now), Is.EqualTo((double)all).Within(all * 1e-4));
    }

    private ISelector Selector(Backend[] backends) => Selecting.Make(
        new PoolConfig { Name = "test", Backends = [], Balance = BalancePolicy.LeastTraffic }, backends, time: _time);
}
