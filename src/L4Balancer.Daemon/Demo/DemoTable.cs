using System.Globalization;
using Spectre.Console;

namespace L4Balancer.Daemon.Demo;

/// <summary>
/// The backends as a table that fits the terminal: the bars give way, and at last the column they are in.
/// </summary>
internal static class DemoTable
{
    private const int LongestBar = 30;
    private const string Share = "share";

    /// <summary>What each column needs besides its text: a border and a blank on either side.</summary>
    private const int ColumnFrame = 3;

    private static readonly string[] Columns = ["service", "backend", "state", "open", "taken"];

    /// <summary>Makes the table.</summary>
    /// <param name="backends">In the order of their pools.</param>
    /// <param name="width">Columns of the terminal.</param>
    public static Table Render(IReadOnlyList<BackendStatus> backends, int width)
    {
        Table table = new() { Border = TableBorder.Rounded };
        table.AddColumns(Columns);
        string[][] rows = [.. backends.Select(Texts)];
        int bar = Math.Min(LongestBar, width - Width(rows) - ColumnFrame);
        bool hasBars = bar >= Share.Length;
        if (hasBars) table.AddColumn(Share);

        Dictionary<string, long> taken = backends
            .GroupBy(static backend => backend.Pool)
            .ToDictionary(static pool => pool.Key, static pool => pool.Sum(backend => backend.TotalConnections));
        for (int i = 0; i < rows.Length; i++)
        {
            BackendStatus backend = backends[i];
            List<Text> cells = [.. rows[i].Select(static text => new Text(text))];
            cells[2] = new Text(rows[i][2], new Style(backend.IsAvailable ? Color.Green : Color.Red));
            if (hasBars) cells.Add(Bar(backend.TotalConnections, taken[backend.Pool], bar));
            table.AddRow(cells);
        }

        return table;
    }

    private static string[] Texts(BackendStatus backend) =>
    [
        backend.Pool, backend.Name, backend.State, backend.ActiveConnections.ToString(CultureInfo.InvariantCulture),
        backend.TotalConnections.ToString(CultureInfo.InvariantCulture),
    ];

    private static Text Bar(long part, long whole, int width)
    {
        int length = whole == 0 ? 0 : (int)(width * part / whole);
        return new Text(new string('█', length).PadRight(width), new Style(Color.Blue));
    }

    /// <summary>Of the table without bars.</summary>
    private static int Width(string[][] rows)
    {
        int width = 1;
        for (int i = 0; i < Columns.Length; i++)
        {
            width += ColumnFrame + rows.Select(row => row[i].Length).Append(Columns[i].Length).Max();
        }

        return width;
    }
}
