using System.Net;
using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Pools;
using L4Balancer.Tests.Loopback;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>
/// How long a probe may take, and what that does to the next one. The backend hears and says nothing.
/// </summary>
public sealed class BackendMonitorTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(4);
    private static readonly HealthConfig Check = new()
    {
        Type = ProbeType.Udp, Interval = Interval, Jitter = 0, Timeout = TimeSpan.FromSeconds(1),
    };

    private readonly ManualTime _time = new();
    private Socket _silent = null!;

    [SetUp]
    public void Bind()
    {
        _silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    [TearDown]
    public void Unbind() => _silent.Dispose();

    [TestCase(1, 3)]
    [TestCase(3, 1)]
    [TestCase(5, 0)]
    public async Task Run_ProbeTakesItsTime_TheNextStartsAnIntervalAfterItsStart(int timeoutSeconds, int waitSeconds)
    {
        TimeSpan timeout = TimeSpan.FromSeconds(timeoutSeconds);
        await using HealthMonitor monitor = Monitor(Check with { Timeout = timeout });
        Task starting = monitor.StartAsync(CancellationToken.None);
        await PassAsync(timeout);
        await starting.Within();
        await PassAsync(Interval); // The offset of the second probe.
        await PassAsync(timeout);

        // The next timer is the wait, or the next probe's own where there is nothing to wait for.
        await Eventually.TrueAsync(() => _time.TimersWithin(Interval + timeout) == 1, "a timer");
        TimeSpan expected = waitSeconds > 0 ? TimeSpan.FromSeconds(waitSeconds) : timeout;
        Assert.That(_time.Requested[^1], Is.EqualTo(expected));
    }

    [TestCase(2000, 200)]
    [TestCase(50, 50)]
    public async Task Start_NoReplyDue_SilenceIsGoodAfterAMoment(int timeout, int moment)
    {
        HealthConfig check = Check with { Reply = false, Timeout = TimeSpan.FromMilliseconds(timeout) };
        await using HealthMonitor monitor = Monitor(check);
        Task starting = monitor.StartAsync(CancellationToken.None);
        await PassAsync(TimeSpan.FromMilliseconds(moment));
        await starting.Within();

        Assert.That(monitor.Monitors[0].Backend.IsAvailable, Is.True);
        await PassAsync(Interval);
        await Eventually.TrueAsync(() => _time.TimersWithin(check.Timeout) == 1, "the second probe");
        Assert.That(_time.Requested[^1], Is.EqualTo(check.Timeout), "it waits for all of its time");
    }

    [Test]
    public async Task Start_SilentOnesOutnumberThePlaces_IsNotHeldUpByTheLastOfThem()
    {
        const int Backends = 30;
        using Socket silent = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Any, 0));
        int port = ((IPEndPoint)silent.LocalEndPoint!).Port;
        IPEndPoint[] many =
            [.. Enumerable.Range(1, Backends).Select(i => new IPEndPoint(new IPAddress([127, 0, 3, (byte)i]), port))];
        await using HealthMonitor monitor =
            Monitor(Check with { Interval = TimeSpan.FromHours(1) }, places: 1, many);
        Task starting = monitor.StartAsync(CancellationToken.None);
        TimeSpan passed = TimeSpan.Zero;
        for (; passed < Check.Timeout * Backends && !starting.IsCompleted; passed += Check.Timeout)
        {
            await Eventually.TrueAsync(() => _time.TimersWithin(Check.Timeout) > 0, "a probe");
            _time.Advance(Check.Timeout);
        }

        await starting.Within();
        Assert.That(passed, Is.LessThan(Check.Timeout * Backends));
        BackendMonitor[] later = [.. monitor.Monitors.Where(static one => one.LastProbe is null)];
        Assert.That(later, Is.Not.Empty);
        Assert.That(later.Select(static one => one.Backend.IsAvailable), Has.All.False);
    }

    private HealthMonitor Monitor(HealthConfig check) =>
        Monitor(check, places: int.MaxValue, (IPEndPoint)_silent.LocalEndPoint!);

    private HealthMonitor Monitor(HealthConfig check, int places, params IPEndPoint[] backends)
    {
        PoolConfig config = new()
        {
            Name = "pool", Health = check, Backends = [.. backends.Select(RunningBalancer.Backend)],
        };
        Pool pool = new(config, new FleetPlace(0), _time, NullLogger.Instance);
        ProbeRunner probes = new(_time) { Slots = { Most = places } };
        return new HealthMonitor(pool, probes, _time, NullLogger.Instance);
    }

    /// <summary>Moves the clock by as much as something waits for.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        await Eventually.TrueAsync(() => _time.TimersWithin(time) == 1, $"something that takes {time}");
        _time.Advance(time);
    }
}
