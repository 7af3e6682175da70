using System.Net;
using L4Balancer.Daemon.Admin;
using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Net;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Admin;

/// <summary>Who uses most, and how fast flows are.</summary>
internal sealed class TopTableTests
{
    private readonly ManualTime _time = new();

    [TestCase("bytes")]
    [TestCase("connections")]
    [TestCase("rate")]
    public void Rank_AnyOrder_LosesNothingAndIsInOrder(string by)
    {
        FlowStatus[] flows = [.. Enumerable.Range(0, 500).Select(i => Flow(
            (ulong)i, $"10.0.{Random.Shared.Next(4)}.{Random.Shared.Next(8)}", Random.Shared.Next(1, 1000)))];
        double[] rates = [.. flows.Select(static flow => (double)flow.ClientBytes % 17)];

        TopJson top = TopTable.Rank(flows, rates, by, int.MaxValue);

        Assert.Multiple(() =>
        {
            Assert.That(top.Clients.Sum(static one => one.Connections), Is.EqualTo(flows.Length));
            Assert.That(top.Prefixes.Sum(static one => one.Connections), Is.EqualTo(flows.Length));
            Assert.That(top.Clients.Sum(static one => one.Bytes), Is.EqualTo(flows.Sum(FlowRates.Bytes)));
            Assert.That(top.Prefixes.Sum(static one => one.BytesPerSecond), Is.EqualTo(rates.Sum()).Within(1));
            Assert.That(top.Clients.Select(one => by switch
            {
                "connections" => one.Connections,
                "rate" => one.BytesPerSecond,
                _ => one.Bytes,
            }), Is.Ordered.Descending);
            Assert.That(top.Prefixes.Select(static one => one.Prefix), Is.Unique);
        });
    }

    [Test]
    public void Rank_Limit_KeepsTheFirst()
    {
        FlowStatus[] flows = [Flow(1, "10.0.0.1", 5), Flow(2, "10.0.0.2", 50), Flow(3, "2001:db8::1", 500)];

        TopJson top = TopTable.Rank(flows, [0, 0, 0], "bytes", 2);

        Assert.Multiple(() =>
        {
            Assert.That(top.Clients.Select(static one => one.Client), Is.EqualTo(new[] { "2001:db8::1", "10.0.0.2" }));
            Assert.That(
                top.Prefixes.Select(static one => one.Prefix), Is.EqualTo(new[] { "2001:db8::/64", "10.0.0.0/24" }));
        });
    }

    [Test]
    public void Rates_FirstLook_AreOverTheWholeLife() => Assert.That(
        new FlowRates(_time).Of([Flow(1, "10.0.0.1", 1000, TimeSpan.FromSeconds(10))]), Is.EqualTo(new[] { 100.0 }));

    [Test]
    public void Rates_LaterLook_AreOfTheTimeBetween()
    {
        FlowRates rates = new(_time);
        rates.Of([Flow(1, "10.0.0.1", 1000)]);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.That(
            rates.Of([Flow(1, "10.0.0.1", 1500), Flow(2, "10.0.0.1", 80)]), Is.EqualTo(new[] { 250.0, 40.0 }),
            "a flow that is new has carried all it has since");
    }

    [Test]
    public void Rates_LooksInShortSuccession_AreMeasuredOverASecondAtLeast()
    {
        FlowRates rates = new(_time);
        rates.Of([Flow(1, "10.0.0.1", 0)]);
        _time.Advance(TimeSpan.FromSeconds(1));
        rates.Of([Flow(1, "10.0.0.1", 1000)]);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.That(
            rates.Of([Flow(1, "10.0.0.1", 1000)]).Single(), Is.EqualTo(1000).Within(1),
            "not the nothing of the last millisecond");
    }

    private static FlowStatus Flow(ulong id, string client, long bytes, TimeSpan? age = null) => new()
    {
        Id = new FlowId(0, id),
        Service = "web",
        Flow = new FlowKey(
            IpEndpoint.From(new IPEndPoint(IPAddress.Parse(client), 1)), default, FlowProtocol.Tcp),
        Pool = "web",
        Backend = "a",
        Phase = FlowPhase.Open,
        Age = age ?? TimeSpan.FromSeconds(1),
        Idle = TimeSpan.Zero,
        ClientBytes = bytes / 2,
        ServerBytes = bytes - (bytes / 2),
    };
}
