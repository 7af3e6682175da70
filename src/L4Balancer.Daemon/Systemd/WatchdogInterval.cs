using System.Globalization;

namespace L4Balancer.Daemon.Systemd;

/// <summary>How often systemd wants to hear from the service, by sd_watchdog_enabled(3).</summary>
internal static class WatchdogInterval
{
    /// <summary>Half of what systemd allows, as it recommends.</summary>
    /// <param name="microseconds">The value of <c>WATCHDOG_USEC</c>.</param>
    /// <param name="forProcess">The value of <c>WATCHDOG_PID</c>: the process that is meant, where it is set.</param>
    /// <param name="process">This process.</param>
    /// <returns>Null where no watchdog waits for this process.</returns>
    public static TimeSpan? Read(string? microseconds, string? forProcess, int process)
    {
        string self = process.ToString(CultureInfo.InvariantCulture);
        if (!string.IsNullOrEmpty(forProcess) && forProcess != self) return null;

        return long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out long allowed)
            && allowed is > 0 and < uint.MaxValue * 1000L
                ? TimeSpan.FromMicroseconds(Math.Max(allowed / 2, 1000))
                : null;
    }
}
