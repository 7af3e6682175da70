using L4Balancer.Daemon.Admin;
using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Net;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Admin;

/// <summary>The last minutes of each service.</summary>
internal sealed class HistorySamplerTests
{
    private readonly ManualTime _time = new();
    private readonly List<ServiceStatus> _services = [];
    private HistorySampler _sampler = null!;

    [SetUp]
    public void Make()
    {
        _services.Clear();
        _sampler = new HistorySampler(() => _services, _time);
    }

    [TearDown]
    public void Dispose() => _sampler.Dispose();

    [Test]
    public void Read_AfterSomeSeconds_HasWhatEachSecondBrought()
    {
        foreach (int total in new[] { 100, 105, 105, 125 }) Tick(Service("web", total));

        ServiceHistoryJson web = _sampler.Read().Services["web"];
        Assert.Multiple(() =>
        {
            Assert.That(web.Accepted, Is.EqualTo(new[] { 5, 0, 20 }));
            Assert.That(web.Sessions, Is.EqualTo(new[] { 105, 105, 125 }));
            Assert.That(web.BytesFromClients, Is.EqualTo(new[] { 50, 0, 200 }));
            Assert.That(web.BytesToClients, Is.EqualTo(new[] { 500, 0, 2000 }));
        });
    }

    [Test]
    public void Read_TickCameLate_RateIsPerSecondAllTheSame()
    {
        Tick(Service("web", 0));
        _time.Advance(TimeSpan.FromSeconds(3));
        Tick(Service("web", 40));

        Assert.That(_sampler.Read().Services["web"].Accepted, Is.EqualTo(new[] { 10 }));
    }

    [TestCase(HistorySampler.Capacity)]
    [TestCase(HistorySampler.Capacity + 1)]
    [TestCase((3 * HistorySampler.Capacity) + 7)]
    public void Read_LongAfter_HasTheLastFiveMinutesInOrder(int ticks)
    {
        for (int i = 0; i <= ticks; i++) Tick(Service("web", i));

        int first = ticks - HistorySampler.Capacity + 1;
        Assert.That(
            _sampler.Read().Services["web"].Sessions, Is.EqualTo(Enumerable.Range(first, HistorySampler.Capacity)));
    }

    [Test]
    public void Read_ServiceGone_IsForgottenAndBeginsAnewWhenItComesBack()
    {
        for (int i = 0; i < 5; i++) Tick(Service("web", i), Service("dns", i));
        Tick(Service("dns", 5));
        Assert.That(_sampler.Read().Services.Keys, Is.EqualTo(new[] { "dns" }));

        Tick(Service("web", 0), Service("dns", 6));

        Assert.That(_sampler.Read().Services["web"].Accepted, Is.Empty);
    }

    [Test]
    public void Read_CountsBeginAnew_NothingIsNegative()
    {
        Tick(Service("web", 100));
        Tick(Service("web", 3));

        Assert.That(_sampler.Read().Services["web"].Accepted, Is.EqualTo(new[] { 0 }));
    }

    private void Tick(params ServiceStatus[] services)
    {
        _services.Clear();
        _services.AddRange(services);
        _time.Advance(TimeSpan.FromSeconds(1));
        _sampler.Sample();
    }

    private static ServiceStatus Service(string name, int total) => new()
    {
        Name = name,
        Protocol = FlowProtocol.Tcp,
        Pool = name,
        Listeners = [],
        IsRemoved = false,
        Sessions = total,
        PeakSessions = total,
        MaxSessions = 1000,
        Accepted = total,
        Closed = new Dictionary<string, long>(),
        Errors = 0,
        Retries = 0,
        ReceivedFromClients = total * 10L,
        SentToClients = total * 100L,
        ReceivedFromServers = total * 100L,
        SentToServers = total * 10L,
    };
}
