using System.Diagnostics;
using System.Globalization;

namespace L4Balancer.Tests.Processes;

/// <summary>What the kernel says of a process, from /proc.</summary>
internal readonly record struct ProcessView(int Id)
{
    private const int TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on.

    /// <summary>Descriptors that this process, and those it starts, may have open.</summary>
    public static int OwnDescriptorLimit
    {
        get
        {
            string limits = Field("/proc/self/limits", "Max open files");
            string soft = limits.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            return int.TryParse(soft, out int limit) ? limit : int.MaxValue;
        }
    }

    /// <summary>Descriptors open now.</summary>
    public int Descriptors => Directory.GetFileSystemEntries($"/proc/{Id}/fd").Length;

    /// <summary>Memory that is resident now, in KiB.</summary>
    public long ResidentKiB => Status("VmRSS:");

    /// <summary>The most memory that was ever resident, in KiB.</summary>
    public long PeakResidentKiB => Status("VmHWM:");

    /// <summary>User and system time so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            // The second field is the name in parentheses and may have blanks; utime and stime are the 14th and 15th.
            string stat = File.ReadAllText($"/proc/{Id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromSeconds((double)(Number(fields[11]) + Number(fields[12])) / TicksPerSecond);
        }
    }

    /// <summary>Share of one core that the process uses over a time of observation.</summary>
    public async Task<double> CpuShareAsync(TimeSpan observed)
    {
        TimeSpan before = CpuTime;
        long started = Stopwatch.GetTimestamp();
        using PeriodicTimer timer = new(observed);
        await timer.WaitForNextTickAsync();
        return (CpuTime - before) / Stopwatch.GetElapsedTime(started);
    }

    private long Status(string field) =>
        Number(Field($"/proc/{Id}/status", field).Replace("kB", "", StringComparison.Ordinal));

    /// <summary>What follows a name at the start of a line.</summary>
    private static string Field(string file, string name) =>
        File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..];

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
