using L4Balancer.Bench.Peers.Balancers;

namespace L4Balancer.Bench.Peers.Report;

/// <summary>Percentiles of round trips at 1 and at 100 connections, with every balancer and without one.</summary>
internal static class LatencyPlot
{
    private const int Width = 900;
    private const int Left = 210;
    private const int PanelWidth = 560;
    private const int RowHeight = 20;
    private const int GroupGap = 12;
    private const int PanelTop = 44;
    private const int Thickness = 14;

    private static readonly int[] Connections = [1, 100];
    private static readonly string[] Percentiles = ["p50", "p99", "p999"];
    private static readonly string[] Shown =
        [Contestant.DirectName, Roster.Haproxy, Roster.Nginx, Contestant.OwnName];

    /// <summary>Draws it; null where there is nothing to draw.</summary>
    public static string? Draw(Samples samples)
    {
        int[] panels = [.. Connections.Where(one => samples.Contestants($"latency-{one}-p50").Length > 0)];
        if (panels.Length == 0) return null;

        int panelHeight = PanelTop + (Percentiles.Length * ((Shown.Length * RowHeight) + GroupGap)) + 10;
        Svg svg = new(Width, 76 + (panels.Length * panelHeight));
        svg.Text(20, 30, "Time of a round trip at a steady rate, median of the rounds", "title");
        svg.Text(20, 52, "Each percentile has a scale of its own.", "quiet");
        for (int i = 0; i < panels.Length; i++) DrawPanel(svg, samples, panels[i], 64 + (i * panelHeight));
        return svg.ToString();
    }

    private static void DrawPanel(Svg svg, Samples samples, int connections, double top)
    {
        svg.Text(20, top + 26, connections == 1 ? "1 connection" : $"{connections} connections", "bold");
        double y = top + PanelTop;
        foreach (string percentile in Percentiles)
        {
            double most = Shown.Max(contestant => Median(samples, connections, percentile, contestant));
            svg.Text(20, y + 14, percentile == "p999" ? "p99.9" : percentile, "bold");
            foreach (string contestant in Shown)
            {
                double value = Median(samples, connections, percentile, contestant);
                double length = value / most * PanelWidth;
                bool direct = contestant == Contestant.DirectName;
                svg.Text(Left - 10, y + 13, direct ? "no balancer" : contestant, "", "end");
                svg.Bar(Left, y + 2, length, Thickness, contestant == Contestant.OwnName ? "own" : contestant);
                svg.Text(Left + length + 8, y + 13, $"{Tables.Text(value, 0)} us", "quiet");
                y += RowHeight;
            }

            y += GroupGap;
        }

        svg.Line(Left, top + PanelTop, y - GroupGap, "axis");
    }

    private static double Median(Samples samples, int connections, string percentile, string contestant) =>
        samples.Median($"latency-{connections}-{percentile}", contestant) ?? 0;
}
