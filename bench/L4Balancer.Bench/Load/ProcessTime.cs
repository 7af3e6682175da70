using System.Globalization;

namespace L4Balancer.Bench.Load;

/// <summary>CPU time of a process so far in clock ticks, of the process as a whole (proc(5), <c>stat</c>).</summary>
internal readonly record struct ProcessTime(long UserTicks, long SystemTicks)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="IOException">There is no such process.</exception>
    public static ProcessTime Read(int processId)
    {
        string stat = File.ReadAllText($"/proc/{processId}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // From the third field on.
        return new ProcessTime(
            long.Parse(fields[11], CultureInfo.InvariantCulture), long.Parse(fields[12], CultureInfo.InvariantCulture));
    }

    public static ProcessTime operator -(ProcessTime later, ProcessTime earlier) =>
        new(later.UserTicks - earlier.UserTicks, later.SystemTicks - earlier.SystemTicks);
}
