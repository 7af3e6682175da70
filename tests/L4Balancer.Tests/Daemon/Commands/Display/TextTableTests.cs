using L4Balancer.Daemon.Commands.Display;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Commands.Display;

/// <summary>Tables fit whatever they are written to.</summary>
internal sealed class TextTableTests
{
    private const int Narrowest = 24;
    private const string Sentence = "connect refused after 0.2 ms, 12s ago; 3 flows remain, the oldest has lived 3m12s";

    [Test]
    public void Lines_AnyWidth_NoneIsWider([Range(Narrowest, 130)] int width, [Values] bool wraps) =>
        Assert.That(Texts(width, wraps), Has.All.Length.LessThanOrEqualTo(width));

    [Test]
    public void Lines_Wrapped_SayEveryWordOfASentence([Range(Narrowest, 130)] int width)
    {
        string all = string.Join(' ', Texts(width, wraps: true).Select(static line => line.Trim()));

        Assert.That(Sentence.Split(' '), Has.All.Matches<string>(word => all.Contains(word, StringComparison.Ordinal)));
    }

    [Test]
    public void Lines_Cut_AreOneForEachRow([Range(Narrowest, 130)] int width) =>
        Assert.That(Texts(width, wraps: false), Has.Length.EqualTo(3));

    [Test]
    public void Lines_WithoutWidth_HaveAllColumnsAlignedUnderTheirTitles()
    {
        string[] lines = Texts(null, wraps: true);

        int open = lines[0].IndexOf("OPEN", StringComparison.Ordinal) + "OPEN".Length;
        int why = lines[0].IndexOf("WHY", StringComparison.Ordinal);
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[1..].Select(line => line[..open][^1]), Is.EqualTo("72"));
        Assert.That(lines[2][why..], Is.EqualTo(Sentence));
    }

    [Test]
    public void Lines_LessWidth_LeavesOutTheHighestRankFirst()
    {
        string[] titles = ["TOTAL", "OPEN", "NAME"];
        int[] gone = [.. titles.Select(title => Enumerable.Range(Narrowest, 100)
            .FirstOrDefault(width => Texts(width, wraps: false)[0].Contains(title, StringComparison.Ordinal)))];

        Assert.That(gone, Is.Ordered.Descending);
        Assert.That(gone[0], Is.GreaterThan(gone[1]));
    }

    [Test]
    public void Lines_ColumnWithoutText_IsLeftOutUnlessItIsOfTheFirstRank()
    {
        TextTable table = new(new Column("A"), new Column("B"), new Column("C", Rank: 1));
        table.Add("1", "", "");

        Assert.That(Text(table.Lines(null)), Is.EqualTo(new[] { "A  B", "1" }));
    }

    [Test]
    public void Cell_ControlCharacters_DoNotReachTheTerminal() =>
        Assert.That(new Cell("a\u001B[2Jb\nc").Text, Is.EqualTo("a?[2Jb?c"));

    private static string[] Texts(int? width, bool wraps)
    {
        TextTable table = new(
            new Column("NAME"), new Column("OPEN", Rank: 1, IsNumber: true),
            new Column("TOTAL", Rank: 2, IsNumber: true), new Column("WHY", Rank: 3));
        table.Add("web/a", 7, 1234, "");
        table.Add("web/10.0.0.11:8080", 12, 9, Sentence);
        return Text(table.Lines(width, wraps));
    }

    private static string[] Text(IEnumerable<Cell[]> lines) =>
        [.. lines.Select(static line => string.Concat(line.Select(static cell => cell.Text)).TrimEnd())];
}
