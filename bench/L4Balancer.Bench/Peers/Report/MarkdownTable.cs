using System.Text;

namespace L4Balancer.Bench.Peers.Report;

/// <summary>A table in markdown whose columns are aligned, so that a terminal shows it too.</summary>
internal sealed class MarkdownTable
{
    private readonly List<string[]> _rows = [];
    private readonly bool[] _right;

    /// <summary>Begins it. The heading of a column of numbers begins with <c>&gt;</c>.</summary>
    public MarkdownTable(params string[] headings)
    {
        _right = [.. headings.Select(static heading => heading.StartsWith('>'))];
        _rows.Add([.. headings.Select(static heading => heading.TrimStart('>'))]);
    }

    /// <summary>Adds a row.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        int[] widths = [.. Enumerable.Range(0, _right.Length).Select(column =>
            _rows.Max(row => row[column].Length))];
        StringBuilder text = new();
        Append(text, _rows[0], widths);
        text.Append('|').AppendJoin('|', widths.Select((width, column) =>
            new string('-', width + 1) + (_right[column] ? ':' : '-'))).Append("|\n");
        foreach (string[] row in _rows.Skip(1)) Append(text, row, widths);
        return text.ToString();
    }

    private void Append(StringBuilder text, string[] row, int[] widths)
    {
        for (int column = 0; column < row.Length; column++)
        {
            string cell = row[column];
            text.Append("| ")
                .Append(_right[column] ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column])).Append(' ');
        }

        text.Append("|\n");
    }
}
