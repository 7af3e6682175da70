using L4Balancer.Daemon.Systemd;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Systemd;

/// <summary>sd_watchdog_enabled(3).</summary>
internal sealed class WatchdogIntervalTests
{
    private const int Self = 42;

    [TestCase("10000000", null, 5_000)]
    [TestCase("10000000", "", 5_000)]
    [TestCase("10000000", "42", 5_000)]
    [TestCase("10000000", "43", null)]
    [TestCase("1", null, 1)]
    [TestCase("0", null, null)]
    [TestCase("-5", null, null)]
    [TestCase("soon", null, null)]
    [TestCase("", null, null)]
    [TestCase(null, null, null)]
    [TestCase("99999999999999999999", null, null)]
    [TestCase("9223372036854775807", null, null)]
    public void Read_Environment_IsHalfOfWhatSystemdAllows(
        string? microseconds, string? forProcess, int? milliseconds) =>
        Assert.That(
            WatchdogInterval.Read(microseconds, forProcess, Self)?.TotalMilliseconds,
            Is.EqualTo((double?)milliseconds));
}
