using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>What the kernel says of a process, from /proc.</summary>
internal readonly partial record struct ProcessView(int Id)
{
    private const int DescriptorLimit = 7; // RLIMIT_NOFILE

    private const int TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on.

    /// <summary>Descriptors that this process, and those it starts, may have open.</summary>
    public static int OwnDescriptorLimit
    {
        get
        {
            const string Limit = "Max open files";
            string line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith(Limit, StringComparison.Ordinal));
            string soft = line[Limit.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            return int.TryParse(soft, out int limit) ? limit : int.MaxValue;
        }
    }

    /// <summary>Descriptors open now.</summary>
    public int Descriptors => Directory.GetFileSystemEntries($"/proc/{Id}/fd").Length;

    /// <summary>The highest descriptor open now.</summary>
    public int HighestDescriptor =>
        Directory.GetFileSystemEntries($"/proc/{Id}/fd").Max(static path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture));

    /// <summary>Memory that is resident now, in KiB.</summary>
    public long ResidentKiB => Status("VmRSS:");

    /// <summary>The most memory that was ever resident, in KiB.</summary>
    public long PeakResidentKiB => Status("VmHWM:");

    /// <summary>User and system time so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            // The second field is the name in parentheses, which may have blanks; utime and stime are the 14th and 15th.
            string stat = File.ReadAllText($"/proc/{Id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            long ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            return TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
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

    /// <summary>Takes descriptors away from the running process: none at or above the limit can be opened any more.</summary>
    public void LimitDescriptors(int limit)
    {
        ulong[] both = [(ulong)limit, (ulong)limit];
        Assert.That(SetLimit(Id, DescriptorLimit, both, 0), Is.Zero, "prlimit");
    }

    private long Status(string field)
    {
        string line = File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc", EntryPoint = "prlimit")]
    private static partial int SetLimit(int process, int resource, [In] ulong[] limits, nint old);
}
