using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using L4Balancer.Interop;

namespace L4Balancer.Daemon.Metrics;

/// <summary>
/// The <c>process_*</c> metrics that every Prometheus client has. They are read from <c>/proc/self</c> alone, which
/// the unit's
/// hardening leaves visible.
/// </summary>
internal sealed class ProcessMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "process";

    private readonly Meter _meter = new(MeterName);

    /// <summary>Publishes the instruments.</summary>
    public ProcessMetrics()
    {
        double started = StartTime();
        _meter.CreateObservableCounter(
            "process_cpu_seconds_total", () => Environment.CpuUsage.TotalTime.TotalSeconds,
            description: "Total user and system CPU time spent in seconds.");
        _meter.CreateObservableGauge(
            "process_resident_memory_bytes", () => Memory(1), description: "Resident memory size in bytes.");
        _meter.CreateObservableGauge(
            "process_virtual_memory_bytes", () => Memory(0), description: "Virtual memory size in bytes.");
        _meter.CreateObservableGauge(
            "process_open_fds", static () => (long)OpenDescriptors.Count(),
            description: "Number of open file descriptors.");
        _meter.CreateObservableGauge(
            "process_max_fds", MaxDescriptors, description: "Maximum number of open file descriptors.");
        _meter.CreateObservableGauge(
            "process_start_time_seconds", () => started,
            description: "Start time of the process since unix epoch in seconds.");
        _meter.CreateObservableGauge("process_threads", Threads, description: "Number of OS threads in the process.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static double StartTime()
    {
        using Process process = Process.GetCurrentProcess();
        return new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
    }

    /// <summary>A field of statm, which counts in pages: 0 virtual, 1 resident.</summary>
    private static long Memory(int field) =>
        Number(File.ReadAllText("/proc/self/statm").Split(' ')[field]) * Environment.SystemPageSize;

    private static long MaxDescriptors()
    {
        string soft = Field("/proc/self/limits", "Max open files").Split(' ')[0];
        return soft == "unlimited" ? long.MaxValue : Number(soft);
    }

    private static long Threads() => Number(Field("/proc/self/status", "Threads:"));

    /// <summary>What stands behind a name at the beginning of a line.</summary>
    private static string Field(string file, string name)
    {
        string line = File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal));
        return line[name.Length..].Trim();
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
