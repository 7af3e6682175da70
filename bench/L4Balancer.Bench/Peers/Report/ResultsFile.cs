using System.Globalization;
using System.Text;
using L4Balancer.Bench.Peers.Machine;
using L4Balancer.Bench.Peers.Workloads;

namespace L4Balancer.Bench.Peers.Report;

/// <summary>RESULTS.md and the pictures beside it.</summary>
internal sealed class ResultsFile(
    PeersOptions options, IReadOnlyList<Workload> workloads, Runner runner, Tables tables)
{
    private const string HowToRead = """
        L4Balancer beside HAProxy and nginx: the same load through each in turns, on the same core, in the same run.
        Ratios decide, not absolute figures, which are another machine's on another machine. Each figure is the minimum,
        median and maximum over the counted rounds; `user` is the median of the user-mode part. `ratio` in a
        peer's row is L4Balancer's to that peer: the median of each round's ratio, since the machine drifts from round
        to round and the turns of one follow each other. In L4Balancer's own row it is the one that is judged, to the
        peer beside which it looks worst; where the bar is beside HAProxy alone, to the worse for it of HAProxy's
        variants. Behind a bar stands the stretch in parentheses; "itself" means that the figure is judged and not the
        ratio, "of none" that it is judged over its own figure without idle flows, and "of medians" that it is the ratio
        of the medians over all rounds.

        The latter is of what a balancer adds to the latency of a direct connection, in each round over that round's
        direct turn. Such a difference may be next to nothing in a round, or less, and the ratio of two of them
        anything. What is less than the standard error of the direct connections' median (by the median absolute
        deviation of its rounds; at least 0.4 % of it, which is what the histograms know) cannot be told from nothing
        and counts as just that much, whoever adds it. Latencies have eight times as many rounds as the rest, of one
        second each, since a stall of the machine spoils a short round instead of a long one; where a second has fewer
        than 10 round trips beyond a percentile, it is that of all rounds together. Round trips at 100 connections have
        four times as many rounds, too.

        Servers and load generators run on core 0 and balancers on core 1, where those without a turn are idle. The
        first round warms up and is not counted; the order changes from round to round so that everybody comes equally
        often behind everybody else. CPU time is that of the whole process, of nginx that of its workers
        (`/proc/PID/stat`). "direct" is the load without a balancer, once: it shows what the load generator can do.
        Memory and starts are those of processes started for it. haproxy has `splice-auto`, haproxy-plain
        does not splice, and haproxy-splice always does (`splice-request`, `splice-response`): it is shown beside bulk
        transfers and not judged. nginx-multi has `multi_accept`, is shown beside UDP and not judged. Health checks and
        logs of connections are off; L4Balancer's admin side is on.
        """;

    private readonly Metric[] _metrics = [.. workloads.SelectMany(static one => one.Metrics)];

    /// <summary>Writes them to a directory.</summary>
    public void Write(string directory, string printed)
    {
        Directory.CreateDirectory(directory);
        StringBuilder text = new();
        text.Append("# Results\n\n").Append(HowToRead.ReplaceLineEndings("\n")).Append("\n\n");
        AppendFacts(text);
        text.Append("## Tables\n\n").Append(printed).Append('\n');
        AppendPicture(
            text, directory, "ratios.svg", "Ratios to the better peer", RatioPlot.Draw(_metrics, runner.Samples));
        AppendPicture(text, directory, "latency.svg", "Latency percentiles", LatencyPlot.Draw(runner.Samples));
        AppendRounds(text);
        AppendConfigs(text);
        File.WriteAllText(Path.Combine(directory, "RESULTS.md"), text.ToString().TrimEnd('\n') + "\n");
        Rig.Say($"written: {Path.Combine(directory, "RESULTS.md")}; {tables.Verdicts.Count} bars were judged");
    }

    private void AppendFacts(StringBuilder text)
    {
        MarkdownTable table = new("", "");
        table.Add("date", DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
        table.Add("command", $"`{options.CommandLine}`");
        table.Add("rounds", options.Rounds.ToString(CultureInfo.InvariantCulture));
        foreach ((string what, string value) in MachineFacts.Machine()) table.Add(what, value);
        foreach ((string what, string value) in MachineFacts.Programs(options.Daemon)) table.Add(what, value);
        text.Append(table).Append('\n');
    }

    private static void AppendPicture(StringBuilder text, string directory, string file, string title, string? picture)
    {
        if (picture is null) return;

        File.WriteAllText(Path.Combine(directory, file), picture);
        text.Append(CultureInfo.InvariantCulture, $"![{title}]({file})\n\n");
    }

    private void AppendRounds(StringBuilder text)
    {
        text.Append("## Every round\n\n```\n");
        foreach (Metric metric in _metrics)
        {
            foreach (string contestant in runner.Samples.Contestants(metric.Name))
            {
                text.Append(CultureInfo.InvariantCulture, $"{metric.Name,-26} {contestant,-14}");
                foreach (double value in runner.Samples.Of(metric.Name, contestant))
                    text.Append(Tables.Text(value, metric.Decimals).PadLeft(10));
                text.Append('\n');
            }
        }

        text.Append("```\n\n");
    }

    private void AppendConfigs(StringBuilder text)
    {
        text.Append("## Configurations\n\nAs they were used; ports and directories are those of the run.\n\n");
        foreach ((string name, string config) in runner.Configs)
            text.Append(CultureInfo.InvariantCulture, $"### {name}\n\n```\n{config}```\n\n");
    }
}
