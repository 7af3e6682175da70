using System.Globalization;
using L4Balancer.Config;

namespace L4Balancer.Bench.Simulation;

/// <summary>
/// <c>simulate</c>: every policy in the same two minutes of skewed flows, a slow, a failing and a new server. Prints
/// the figures and, with a directory, draws the load into it.
/// </summary>
internal static class SimulateCommand
{
    private const string Usage = "usage: simulate [DIRECTORY]";

    private static readonly LoadPlot Open = new(
        "Open flows of each backend over two minutes, by policy",
        static run => run.Open, [10, 100, 1000, 10_000], isLogarithmic: true);

    private static readonly LoadPlot Begun = new(
        "New flows per second that each backend gets over two minutes, by policy",
        static run => run.Begun, [0, 1000, 2000, 3000], isLogarithmic: false);


    /// <summary>Runs the command.</summary>
    /// <returns>0, or 2 where the arguments are wrong.</returns>
    public static int Run(string[] args)
    {
        if (args.Length > 1 || args.FirstOrDefault() is ['-', ..])
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        (string Title, PolicyRun Run)[] runs =
            [.. Pools().Select(static one => (one.Title, PolicyRun.Of(one.Config)))];
        foreach ((string title, PolicyRun run) in runs)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| `{title}` | ×{run.Middle:F2} | ×{run.Slowest:F1} | {run.Failed:F1} ‰ | "
                + $"{run.Open.Max(static server => server.Max()):N0} |"));
        }

        if (args is [string directory])
        {
            File.WriteAllText(Path.Combine(directory, "policies.svg"), Open.Draw(runs));
            File.WriteAllText(Path.Combine(directory, "policies-new-flows.svg"), Begun.Draw(runs));
        }

        return 0;
    }

    private static IEnumerable<(string Title, PoolConfig Config)> Pools()
    {
        foreach ((string word, BalancePolicy policy) in ConfigWords.Policies)
        {
            PoolConfig config = new() { Name = word, Backends = [], Balance = policy };
            yield return (word, config);
            if (policy == BalancePolicy.Ring) yield return ("ring, max_load 1.25", config with { MaxLoad = 1.25 });
        }
    }
}
