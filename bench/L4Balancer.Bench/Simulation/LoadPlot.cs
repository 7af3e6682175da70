using System.Globalization;
using L4Balancer.Bench.Peers.Report;

namespace L4Balancer.Bench.Simulation;

/// <summary>Draws something of each server over time, a small picture for each policy.</summary>
/// <param name="title">What it is.</param>
/// <param name="curves">Its values of a run, by server and sample.</param>
/// <param name="axis">Values that are written, the rising ones; the picture ends a bit above the last.</param>
/// <param name="isLogarithmic">What a policy lets pile up is a hundred times what another does.</param>
internal sealed class LoadPlot(string title, Func<PolicyRun, double[][]> curves, double[] axis, bool isLogarithmic)
{
    private const int Columns = 3;
    private const int PanelWidth = 300;
    private const int PanelHeight = 176;
    private const int Left = 54;
    private const int Top = 74;
    private const int GapX = 22;
    private const int GapY = 62;
    private const double LeastByLogarithm = 3;

    private const string Style = """
          .curve { fill: none; stroke-width: 1.6; stroke-linejoin: round }
          .ordinary { stroke: #8b94a5 } .slow { stroke: #d9730d } .failing { stroke: #b3261e } .new { stroke: #2f6fd0 }
          .during { fill: #1c2330; fill-opacity: 0.06 }
          .word-ordinary { fill: #566074 } .word-slow { fill: #b35c06 } .word-failing { fill: #b3261e }
          .word-new { fill: #2f6fd0 }
          @media (prefers-color-scheme: dark) {
            .slow { stroke: #f29544 } .failing { stroke: #ff8a80 } .new { stroke: #7eb0ff }
            .during { fill: #ffffff; fill-opacity: 0.08 }
            .word-ordinary { fill: #a3adbf } .word-slow { fill: #f29544 } .word-failing { fill: #ff8a80 }
            .word-new { fill: #7eb0ff }
          }
        """;

    /// <summary>Draws them.</summary>
    public string Draw(IReadOnlyList<(string Title, PolicyRun Run)> runs)
    {
        int rows = (runs.Count + Columns - 1) / Columns;
        int width = Left + (Columns * (PanelWidth + GapX));
        Svg svg = new(width, Top + (rows * (PanelHeight + GapY)) + 6, Style);
        svg.Text(14, 26, title, "title");
        double x = 14;
        foreach ((string style, string words) in ((string, string)[])
            [
                ("ordinary", "three ordinary backends"), ("slow", "one that is slow for 30 s"),
                ("failing", "one that resets all for 20 s, noticed after 6"), ("new", "one that joins, cold for 10 s"),
            ])
        {
            svg.Text(x, 48, $"━ {words}", $"word-{style}");
            x += 26 + (words.Length * 6.6);
        }

        for (int i = 0; i < runs.Count; i++)
        {
            int left = Left + (i % Columns * (PanelWidth + GapX));
            int top = Top + (i / Columns * (PanelHeight + GapY)) + 20;
            Panel(svg, left, top, runs[i].Title, runs[i].Run, isFirst: i % Columns == 0);
        }

        return svg.ToString();
    }

    private void Panel(Svg svg, double left, double top, string policy, PolicyRun run, bool isFirst)
    {
        svg.Text(left, top - 8, policy, "bold");
        string figures = string.Create(
            CultureInfo.InvariantCulture, $"p99 ×{run.Slowest:F1} · failed {run.Failed:F1} ‰");
        svg.Text(left + PanelWidth, top - 8, figures, "quiet", "end");
        foreach ((string word, int from, int to) in Scenario.Events)
        {
            svg.Box(left + X(from), top, X(to) - X(from), PanelHeight, "during");
            svg.Text(left + X(from), top + PanelHeight + 16, $"{word}", $"quiet word-{word}");
        }

        foreach (double value in axis)
        {
            svg.Curve([(left, top + Y(value)), (left + PanelWidth, top + Y(value))], "axis");
            if (!isFirst) continue;
            svg.Text(left - 6, top + Y(value) + 4, value.ToString("N0", CultureInfo.InvariantCulture), "quiet", "end");
        }

        for (int server = 0; server < Scenario.Servers.Length; server++)
        {
            double[] curve = curves(run)[server];
            string name = Scenario.Servers[server];
            int first = name == "new" ? Scenario.Events[2].From * PolicyRun.SamplesPerSecond : 0;
            IEnumerable<(double, double)> points = curve.Select(
                (value, at) => (left + X((at + 0.5) / PolicyRun.SamplesPerSecond), top + Y(value)));
            svg.Curve(points.Skip(first), $"curve {(name.Length == 1 ? "ordinary" : name)}");
        }
    }

    private static double X(double seconds) => seconds / Scenario.Seconds * PanelWidth;

    private double Y(double value)
    {
        double most = axis[^1] * (isLogarithmic ? 2 : 1.1);
        double height = isLogarithmic
            ? Math.Log(Math.Clamp(value, LeastByLogarithm, most) / LeastByLogarithm) / Math.Log(most / LeastByLogarithm)
            : Math.Min(value, most) / most;
        return PanelHeight * (1 - height);
    }
}
