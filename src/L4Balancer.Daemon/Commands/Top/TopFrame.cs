using L4Balancer.Daemon.Commands.Display;

namespace L4Balancer.Daemon.Commands.Top;

/// <summary>What the operator has chosen by keys.</summary>
internal sealed record TopChoice(int View)
{
    /// <summary>The view.</summary>
    public TopView Chosen => TopView.All[View];

    /// <summary>The column that it is sorted by.</summary>
    public int Sort { get; init; } = TopView.All[View].FirstSort;

    /// <summary>The other way round.</summary>
    public bool Reversed { get; init; }

    /// <summary>Rows that are above what is shown.</summary>
    public int Scroll { get; init; }

    /// <summary>Nothing new is asked for.</summary>
    public bool Paused { get; init; }

    /// <summary>By what the daemon picks the clients that use most, when it cannot tell of all.</summary>
    public string By => Chosen.Columns[Sort].Title switch
    {
        "OPEN" => "connections",
        "BYTES" => "bytes",
        _ => "rate",
    };

    /// <summary>Sorts by a column to the left or to the right.</summary>
    public TopChoice SortBeside(int step) =>
        this with { Sort = (Sort + step + Chosen.Columns.Length) % Chosen.Columns.Length, Scroll = 0 };

    /// <summary>Shows other rows.</summary>
    public TopChoice ScrollBy(int rows) => this with { Scroll = Math.Max(0, Scroll + rows) };
}

/// <summary>Lays out what <c>top</c> shows.</summary>
internal static class TopFrame
{
    private const string Descending = "▼";
    private const string Ascending = "▲";
    private const string Between = "  ";

    /// <summary>The whole screen: never wider nor higher than it is.</summary>
    /// <param name="sample">What is shown.</param>
    /// <param name="choice">How.</param>
    /// <param name="trouble">Why there is nothing new; null while there is.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="height">Lines of the terminal.</param>
    public static IReadOnlyList<Cell[]> Screen(
        TopSample sample, TopChoice choice, string? trouble, int width, int height)
    {
        List<Cell[]> above = [.. Head(sample)];
        string? notice = trouble ?? (choice.Paused ? "paused; space goes on" : Unlisted(sample));
        above.Add(notice is null ? [] : [new Cell(notice, Tone.Warning)]);
        Cell[][] below = [.. Keys(choice, width)];

        int room = Math.Max(0, height - above.Count - below.Length - 2);
        IReadOnlyList<TopCell[]> rows = choice.Chosen.Sorted(sample, choice.Sort, choice.Reversed);
        int first = Math.Min(choice.Scroll, Math.Max(0, rows.Count - room));
        List<Cell[]> screen = [.. above, .. Table(choice, rows.Skip(first).Take(room)).Lines(width, wraps: false)];

        int left = rows.Count - first - Math.Min(room, rows.Count - first);
        while (screen.Count < height - below.Length - 1) screen.Add([]);
        screen.Add(left > 0 ? [new Cell($"{left} more below", Tone.Faint)] : []);
        screen.AddRange(below);
        return [.. screen.Take(height).Select(line => Shorten(line, width))];
    }

    /// <summary>All rows, for an output that is no terminal.</summary>
    public static IReadOnlyList<Cell[]> Plain(TopSample sample, TopChoice choice) =>
    [
        .. Head(sample), [],
        .. Table(choice, choice.Chosen.Sorted(sample, choice.Sort, choice.Reversed)).Lines(width: null),
    ];

    /// <summary>What is not in the table, because the daemon was not asked for all.</summary>
    private static string? Unlisted(TopSample sample)
    {
        (long total, int listed) = (sample.Connections.Total, sample.Connections.Connections.Count);
        return listed < total ? $"the youngest {listed} of {total} flows" : null;
    }

    private static IEnumerable<Cell[]> Head(TopSample sample)
    {
        Rates total = sample.Total;
        yield return StatusLines.Identity(sample.Status);
        yield return [StatusLines.Use(sample.Status)];
        yield return
        [
            $"new {Quantities.Rate(total.Sessions)}/s, in {Quantities.Bytes(total.BytesIn)}/s, "
            + $"out {Quantities.Bytes(total.BytesOut)}/s",
        ];
    }

    private static TextTable Table(TopChoice choice, IEnumerable<TopCell[]> rows)
    {
        Column[] columns = [.. choice.Chosen.Columns];
        Column sorted = columns[choice.Sort];
        string arrow = sorted.IsNumber == choice.Reversed ? Ascending : Descending;
        columns[choice.Sort] = sorted with { Title = sorted.Title + arrow, Rank = 0 };

        TextTable table = new(columns);
        foreach (TopCell[] row in rows) table.Add([.. row.Select(static one => one.Cell)]);
        return table;
    }

    private static IEnumerable<Cell[]> Keys(TopChoice choice, int width)
    {
        List<(string Key, string What, bool IsChosen)> keys =
        [
            .. TopView.All.Select((view, i) => (Quantities.Count(i + 1), view.Name, i == choice.View)),
            ("←→", "sort", false), ("r", "reverse", choice.Reversed), ("↑↓", "scroll", false),
            ("space", "pause", choice.Paused), ("q", "quit", false),
        ];
        List<Cell> line = [];
        foreach ((string key, string what, bool isChosen) in keys)
        {
            int length = line.Sum(static cell => cell.Text.Length) + Between.Length + key.Length + 1 + what.Length;
            if (length > width && line.Count > 0)
            {
                yield return [.. line];
                line = [];
            }

            if (line.Count > 0) line.Add(Between);
            line.AddRange([new Cell(key, Tone.Title), " ", new Cell(what, isChosen ? Tone.Chosen : Tone.Plain)]);
        }

        yield return [.. line];
    }

    private static Cell[] Shorten(Cell[] line, int width)
    {
        List<Cell> kept = [];
        foreach (Cell cell in line)
        {
            int left = width - kept.Sum(static one => one.Text.Length);
            if (left > 0) kept.Add(cell with { Text = TextTable.Shorten(cell.Text, left) });
        }

        return [.. kept];
    }
}
