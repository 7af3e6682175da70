namespace L4Balancer.Bench.Peers.Report;

/// <summary>
/// A bar for every ratio that has a bar to meet: what L4Balancer takes of what the better peer takes. Throughput is
/// turned over into time, so that shorter is better throughout.
/// </summary>
internal static class RatioPlot
{
    private const int Width = 1020;
    private const int Left = 430;
    private const int RowHeight = 30;
    private const int Top = 84;
    private const int Thickness = 16;
    private const double MostShown = 1.3;
    private const double PerUnit = 300;

    /// <summary>Draws it; null where there is nothing to draw.</summary>
    public static string? Draw(IReadOnlyList<Metric> metrics, Samples samples)
    {
        (string Title, Verdict Verdict, string Peer, bool Inverted)[] rows =
        [
            .. from index in Enumerable.Range(0, metrics.Count)
               let metric = metrics[index]
               let verdict = Verdict.Of(metric, samples)
               where verdict is { Bar.Against: Against.BestPeer or Against.Haproxy }
               let peer = Verdict.Toughest(metric, verdict.Bar.Peers, samples)
               where peer is not null
               select (Title(metrics, index), verdict, peer.Value.Name, metric.MoreIsBetter),
        ];
        if (rows.Length == 0) return null;

        int bottom = Top + (rows.Length * RowHeight);
        Svg svg = new(Width, bottom + 30);
        svg.Text(20, 30, "L4Balancer beside the better of its peers: shorter is better", "title");
        svg.Text(20, 52, "Medians of rounds. Dashed: the peer. Thick mark: the bar. Throughput as time.", "quiet");
        foreach (double mark in (double[])[0, 0.25, 0.5, 0.75])
        {
            svg.Line(X(mark), Top - 6, bottom, "axis");
            svg.Text(X(mark), Top - 12, Tables.Text(mark, 2), "quiet", "middle");
        }

        for (int i = 0; i < rows.Length; i++)
        {
            double y = Top + (i * RowHeight);
            (string title, Verdict verdict, string peer, bool inverted) = rows[i];
            double ratio = inverted ? 1 / verdict.Figure : verdict.Figure;
            double limit = inverted ? 1 / verdict.Bar.Limit : verdict.Bar.Limit;
            svg.Text(Left - 12, y + 18, title, "", "end");
            svg.Bar(Left, y + 6, X(ratio) - Left, Thickness, "own");
            svg.Line(X(limit), y + 2, y + 26, "tick");
            svg.Text(
                X(Math.Max(1, Math.Max(ratio, limit))) + 8, y + 18,
                $"{Tables.Text(ratio, 2)} of {peer}, {verdict.Word}",
                verdict.Met ? "quiet" : "bad bold");
        }

        svg.Line(X(1), Top - 6, bottom, "line");
        svg.Text(X(1), Top - 12, "peer = 1", "bold", "middle");
        return svg.ToString();
    }

    /// <summary>A title that only makes sense below another is given that one's name.</summary>
    private static string Title(IReadOnlyList<Metric> metrics, int index)
    {
        string title = metrics[index].Title;
        if (!title.StartsWith(' ')) return title;
        int above = index;
        while (metrics[above].Title.StartsWith(' ')) above--;
        string whole = metrics[above].Title;
        string[] parts = whole.Split(", ");
        return title.Contains("added", StringComparison.Ordinal)
            ? $"time added to {parts[0].Replace(" us", "", StringComparison.Ordinal)}, {parts[1]}"
            : $"{whole},{title[1..].Replace("its ", "", StringComparison.Ordinal)}";
    }

    private static double X(double ratio) => Left + (Math.Clamp(ratio, 0, MostShown) * PerUnit);
}
