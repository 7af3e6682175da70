using System.Globalization;
using System.Text.RegularExpressions;
using L4Balancer.Bench.Load;
using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Machine;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>Runs wrk: keep-alive HTTP requests, one under way on each connection.</summary>
internal static partial class Wrk
{
    /// <summary>Runs it.</summary>
    /// <param name="turn">Whose turn.</param>
    /// <param name="connections">Connections.</param>
    /// <param name="seconds">How long.</param>
    /// <returns>Requests, the seconds that they took, and the CPU time of the balancer meanwhile.</returns>
    /// <exception cref="MeasurementException">A request failed.</exception>
    public static (double Requests, double Seconds, ProcessTime Time) Run(Turn turn, int connections, int seconds)
    {
        string threads = LoadLine.Text(turn.LoadCores.Split(',').Length);
        ProcessTime before = turn.Contestant.Processes.Time();
        string said = turn.Rig.Children.Run(turn.LoadCores, "wrk",
        [
            "wrk", "-t", threads, "-c", LoadLine.Text(connections), "-d", $"{LoadLine.Text(seconds)}s",
            $"http://{turn.Contestant.Endpoints.Address(Service.Web)}/",
        ]);
        ProcessTime time = turn.Contestant.Processes.Time() - before;
        Match done = Done().Match(said);
        if (!done.Success || said.Contains("Socket errors", StringComparison.Ordinal)
            || said.Contains("Non-2xx", StringComparison.Ordinal))
        {
            throw new MeasurementException($"wrk through {turn.Contestant.Name}: {said.ReplaceLineEndings(" ")}");
        }

        double requests = double.Parse(done.Groups[1].Value, CultureInfo.InvariantCulture);
        double rate = double.Parse(done.Groups[2].Value, CultureInfo.InvariantCulture);
        return (requests, requests / rate, time);
    }

    [GeneratedRegex(@"(\d+) requests in .*Requests/sec: +([\d.]+)", RegexOptions.Singleline)]
    private static partial Regex Done();
}
