using System.Globalization;
using L4Balancer.Bench.Load;

namespace L4Balancer.Bench.Peers.Machine;

/// <summary>The processes of a balancer that do its work, seen as one.</summary>
internal sealed class ProcessGroup(IReadOnlyList<int> ids)
{
    private const double TicksPerSecond = 100; // USER_HZ of every Linux that .NET runs on.

    /// <summary>Their ids.</summary>
    public IReadOnlyList<int> Ids { get; } = ids;

    /// <summary>Seconds of so many clock ticks of proc(5).</summary>
    public static double Seconds(long ticks) => ticks / TicksPerSecond;

    /// <summary>The processes that a process has started, of those that still run.</summary>
    public static int[] ChildrenOf(int id) =>
        [.. File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(static child => int.Parse(child, CultureInfo.InvariantCulture))];

    /// <summary>CPU time so far.</summary>
    public ProcessTime Time()
    {
        ProcessTime sum = default;
        foreach (int id in Ids)
        {
            ProcessTime one = ProcessTime.Read(id);
            sum = new ProcessTime(sum.UserTicks + one.UserTicks, sum.SystemTicks + one.SystemTicks);
        }

        return sum;
    }

    /// <summary>Resident memory in KiB.</summary>
    public double ResidentKib() => Ids.Sum(static id => Resident(id));

    private static double Resident(int id)
    {
        string line = File.ReadLines($"/proc/{id}/status").First(
            static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2],
            CultureInfo.InvariantCulture);
    }
}
