namespace L4Balancer.Daemon.Commands.Display;

/// <summary>A column of a table.</summary>
/// <param name="Title">Stands above it.</param>
/// <param name="Rank">Where there is too little room the highest rank gives way first; 0 never does.</param>
/// <param name="IsNumber">It is aligned at the right.</param>
internal sealed record Column(string Title, int Rank = 0, bool IsNumber = false);

/// <summary>
/// Rows under titles, aligned by blanks alone, so that they are good to read and to cut apart. The last column is the
/// one for sentences: it has what room the others leave.
/// </summary>
internal sealed class TextTable(params Column[] columns)
{
    private const string Between = "  ";
    private const string Indent = "    ";
    private const string Cut = "…";
    private const int LeastSentence = 16; // Room that is kept for the last column by leaving out others.
    private const int LeastText = 6;

    private readonly List<Cell[]> _rows = [];

    /// <summary>How many rows there are.</summary>
    public int Count => _rows.Count;

    /// <summary>Adds a row, a cell for each column.</summary>
    public void Add(params Cell[] cells) => _rows.Add(cells);

    /// <summary>
    /// The table's lines. Columns without any text are left out; titles stay.
    /// </summary>
    /// <param name="width">Columns of the terminal; null where there is no end to them.</param>
    /// <param name="wraps">A sentence without room has lines of its own; otherwise it is cut.</param>
    public IEnumerable<Cell[]> Lines(int? width, bool wraps = true)
    {
        int[] widths = Fit(width ?? int.MaxValue, wraps, out List<int> shown);
        yield return Line(shown, widths, [.. columns.Select(column => new Cell(column.Title, Tone.Title))]);

        int last = columns.Length - 1;
        foreach (Cell[] row in _rows)
        {
            Cell sentence = row[last];
            bool hasRoom = !shown.Contains(last) || sentence.Text.Length <= widths[last];
            if (hasRoom || !wraps)
            {
                yield return Line(shown, widths, row);
                continue;
            }

            yield return Line(shown, widths, [.. row[..last], ""]);
            foreach (string part in Wrap(sentence.Text, width!.Value - Indent.Length))
            {
                yield return [Indent, sentence with { Text = part }];
            }
        }
    }

    /// <summary>Breaks a text at its blanks, and within a word that is longer than a line.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        width = Math.Max(width, LeastText);
        while (text.Length > width)
        {
            int blank = text.LastIndexOf(' ', width);
            int end = blank > 0 ? blank : width;
            yield return text[..end];
            text = text[end..].TrimStart();
        }

        yield return text;
    }

    /// <summary>The text, at most as long as this, by its beginning.</summary>
    public static string Shorten(string text, int width) =>
        text.Length <= width ? text : text[..Math.Max(0, width - Cut.Length)] + Cut;

    /// <summary>Decides which columns are shown and how wide each is.</summary>
    private int[] Fit(int width, bool wraps, out List<int> shown)
    {
        int last = columns.Length - 1;
        int[] widths =
        [
            .. columns.Select((column, i) => _rows.Select(row => row[i].Text.Length).Append(column.Title.Length).Max()),
        ];
        shown = [.. Enumerable.Range(0, columns.Length).Where(i => columns[i].Rank == 0 || _rows.Exists(HasText(i)))];

        int[] needed = [.. widths];
        if (!columns[last].IsNumber) needed[last] = Math.Min(widths[last], LeastSentence);
        while (Total(shown, needed) > width && shown.Max(Rank) is > 0 and int rank)
        {
            shown.RemoveAt(shown.FindLastIndex(i => Rank(i) == rank));
        }

        // What can still be too wide are a sentence, which may go below, and names.
        while (Total(shown, widths) > width)
        {
            int give = shown.Where(i => !columns[i].IsNumber && widths[i] > Least(i)).DefaultIfEmpty(-1)
                .MaxBy(i => i == last ? int.MaxValue : i < 0 ? 0 : widths[i]);
            if (give < 0) break;
            widths[give]--;
        }

        return widths;

        int Rank(int column) => wraps && column == last ? 0 : columns[column].Rank;

        int Least(int column) => wraps && column == last ? columns[column].Title.Length : LeastText;
    }

    private static Predicate<Cell[]> HasText(int column) => row => row[column].Text.Length > 0;

    private static long Total(List<int> shown, int[] widths) =>
        shown.Sum(i => (long)widths[i] + Between.Length) - Between.Length;

    private Cell[] Line(List<int> shown, int[] widths, Cell[] row)
    {
        List<Cell> line = [];
        foreach (int i in shown)
        {
            if (line.Count > 0) line.Add(Between);
            string text = Shorten(row[i].Text, widths[i]);
            bool isEnd = i == shown[^1] && !columns[i].IsNumber;
            string padded = columns[i].IsNumber ? text.PadLeft(widths[i]) : isEnd ? text : text.PadRight(widths[i]);
            line.Add(row[i] with { Text = padded });
        }

        return [.. line];
    }
}
