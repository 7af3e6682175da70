using System.Diagnostics;
using L4Balancer.Toml;
using NUnit.Framework;
using NUnit.Framework.Constraints;

namespace L4Balancer.Tests.Toml;

/// <summary>No text exhausts the stack, the memory or the reader's patience.</summary>
internal sealed class TomlLimitTests
{
    private const int MaxDepth = 128;

    [TestCase("a = ", "[", "]", "", 0)]
    [TestCase("a = ", "{a=", "}", "1")]
    [TestCase("a", ".a", "", " = 1")]
    [TestCase("[a", ".a", "", "]")]
    [TestCase("[[a", ".a", "", "]]")]
    [TestCase("a = {a", ".a", "", " = 1}", 2)]
    [TestCase("[a.a]\na = [[", "[", "]", "]]", 4)]
    public void Read_Depth_IsAllowedUpTo128LevelsAndRefusedBeyond(
        string start, string open, string close, string middle, int outer = 1)
    {
        string At(int depth) => start + Repeat(open, depth - outer) + middle + Repeat(close, depth - outer);

        Assert.Multiple(() =>
        {
            Assert.That(() => TomlReader.Read(At(MaxDepth)), Throws.Nothing);
            Assert.That(() => TomlReader.Read(At(MaxDepth + 1)), ThrowsDepth());
            Assert.That(() => TomlReader.Read(At(1_000_000)), ThrowsDepth(), "and the stack is still there");
        });
    }

    [TestCase("a = ", "[")]
    [TestCase("a = ", "{a=")]
    [TestCase("a = ", "[{a.a=")]
    public void Read_DeepAndNeverClosed_IsRefusedForItsDepth(string start, string open) =>
        Assert.That(() => TomlReader.Read(start + Repeat(open, 100_000)), ThrowsDepth());

    [Test]
    public void Read_MoreThanAMillionValues_IsRefused()
    {
        string million = "a = [" + Repeat("0,", 999_999);

        Assert.Multiple(() =>
        {
            Assert.That(() => TomlReader.Read(million + "]"), Throws.Nothing);
            Assert.That(() => TomlReader.Read(million + "0]"), ThrowsWith("1,000,000"));
            Assert.That(() => TomlReader.Read(Repeat("[[a]]\n", 1_000_000)), ThrowsWith("1,000,000"));
            Assert.That(() => TomlReader.Read(ManyDottedTables(10_000)), ThrowsWith("1,000,000"));
        });
    }

    [Test]
    public void Read_MoreThan16MiB_IsRefusedUnread()
    {
        byte[] text = new byte[(16 * 1024 * 1024) + 1];
        Array.Fill(text, (byte)' ');

        Assert.Multiple(() =>
        {
            Assert.That(() => TomlReader.Read(text.AsSpan(1)).Entries, Is.Empty);
            Assert.That(() => TomlReader.Read(text), ThrowsWith("16 MiB"));
            Assert.That(() => TomlReader.Read(new string(' ', text.Length)), ThrowsWith("16 MiB"));
        });
    }

    [Test]
    public void Read_WorstDocument_TakesABoundedAmountOfMemory()
    {
        string text = ManyDottedTables(7_800);

        Assert.That(AllocatedBy(text), Is.LessThan(512L * 1024 * 1024), "990,600 tables of one entry each");
    }

    [TestCaseSource(nameof(Shapes))]
    public void Read_FourTimesTheText_AllocatesAboutFourTimesTheBytes(string shape)
    {
        Func<int, string> write = Write(shape);
        TomlReader.Read(write(100));

        long small = AllocatedBy(write(20_000));
        long large = AllocatedBy(write(80_000));

        Assert.That((double)large / small, Is.LessThan(6));
    }

    /// <summary>
    /// The ratio of two times, each the best of several, of one machine in one run. Not a test of how fast the reader
    /// is: linear work gives 64, up to 400 where memory is slow or others are busy, and quadratic work gives 4,096.
    /// </summary>
    [TestCaseSource(nameof(Shapes))]
    public void Read_SixtyFourTimesTheText_TakesFarLessThanTheSquareOfTheWork(string shape)
    {
        Func<int, string> write = Write(shape);
        string small = write(1_600);
        string large = write(64 * 1_600);

        double smallTime = BestTime(small, 30);
        double largeTime = BestTime(large, 3);

        Assert.That(largeTime / smallTime, Is.LessThan(2_000));
    }

    private static IEnumerable<string> Shapes() =>
    [
        "keys", "dotted keys", "deep dotted keys", "keys of an inline table", "headers", "deep headers",
        "arrays of tables", "tables under arrays", "a line of values", "nested arrays", "one string",
        "one string of escapes", "one string of lines", "joined lines", "comments", "one long key", "one long number",
        "one long fraction", "blanks",
    ];

    private static Func<int, string> Write(string shape) => shape switch
    {
        "keys" => n => Many(n, i => $"k{i} = 1\n"),
        "dotted keys" => n => Many(n, i => $"a.b.k{i} = 1\n"),
        "deep dotted keys" => n => Many(n / 10, i => $"a{Repeat(".a", 100)}.k{i} = 1\n"),
        "keys of an inline table" => n => $"t = {{{Many(n, i => $"k{i} = 1, ")}z = 1}}",
        "headers" => n => Many(n, i => $"[a.k{i}]\n"),
        "deep headers" => n => Many(n / 10, i => $"[a{Repeat(".a", 100)}.k{i}]\n"),
        "arrays of tables" => n => Many(n, _ => "[[a]]\n"),
        "tables under arrays" => n => Many(n, _ => "[[a.b]]\n[a.b.c]\n"),
        "a line of values" => n => $"a = [{Many(n, i => $"'é{i}', ")}]",
        "nested arrays" => n => $"a = [{Many(n, _ => "[[]], ")}]",
        "one string" => n => $"a = '{Repeat("0123456789", 10 * n)}'",
        "one string of escapes" => n => $"a = \"{Repeat("\\u00e9\\n", n)}\"",
        "one string of lines" => n => $"a = \"\"\"{Repeat("\"line\"\n", n)}\"\"\"",
        "joined lines" => n => $"a = \"\"\"{Repeat("\\\n \n", n)}\"\"\"",
        "comments" => n => Repeat("# 0123456789\n", n),
        "one long key" => n => $"{Repeat("k", 10 * n)} = 1",
        "one long number" => n => $"a = 1.{Repeat("0123456789", n)}",
        "one long fraction" => n => $"a = 07:32:00.{Repeat("0123456789", n)}",
        _ => n => Repeat(" ", 10 * n),
    };

    /// <summary>One table for every two characters, as deep as they may be.</summary>
    private static string ManyDottedTables(int keys) => Many(keys, i => $"k{i}{Repeat(".0", MaxDepth - 1)}=0\n");

    private static string Many(int count, Func<int, string> write) =>
        string.Concat(Enumerable.Range(0, count).Select(write));

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static long AllocatedBy(string text)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        TomlReader.Read(text);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static double BestTime(string text, int rounds)
    {
        double best = double.MaxValue;
        for (int round = 0; round < rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            TomlReader.Read(text);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        // Below some microseconds the clock and the first touch of the reader's own objects are most of the time.
        return Math.Max(best, 20);
    }

    private static ContainsConstraint ThrowsDepth() => ThrowsWith("128 levels");

    private static ContainsConstraint ThrowsWith(string words) =>
        Throws.TypeOf<TomlException>().With.Message.Contains(words);
}
