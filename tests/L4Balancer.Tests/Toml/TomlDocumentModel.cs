using FsCheck;
using FsCheck.Fluent;

namespace L4Balancer.Tests.Toml;

/// <summary>
/// Random documents as plain objects: <see cref="Table"/>, <c>List&lt;object&gt;</c>, string, long, double, bool,
/// <see cref="Moment"/>, DateTime, DateOnly, TimeOnly.
/// </summary>
internal static class TomlDocumentModel
{
    private const int MaxWidth = 5;
    private const int MaxNesting = 4;

    private static readonly string[] TellingTexts =
    [
        "", " ", "a", "b", "c", "a.b", "\"", "'", "\"\"\"", "'''", "\\", "\\\\n", "#", "=", "é", "😀", "\n", "\r\n",
        "\t", "\0", "\u007F", "x\ny\n", "\nx", "  \n  x", "\"\"", "''", "true", "1979-05-27", "\uFEFF",
        "\u2028", "[a]", "{",
    ];

    private static Gen<string> Texts { get; } = Gen.Elements(TellingTexts).ListOf(3).Select(string.Concat);

    private static Gen<string> Keys { get; } = Gen.OneOf(Gen.Elements("a", "b", "c", "d-1", "_2", "3"), Texts);

    private static Gen<long> Longs { get; } = ArbMap.Default.GeneratorFor<long>();

    private static Gen<DateTime> Times { get; } =
        Longs.Select(ticks => new DateTime((ticks & long.MaxValue) % (DateTime.MaxValue.Ticks + 1)));

    private static Gen<object> Scalars { get; } = Gen.OneOf(
        Texts.Select(value => (object)value),
        Longs.Select(value => (object)value),
        ArbMap.Default.GeneratorFor<double>().Select(value => (object)value),
        ArbMap.Default.GeneratorFor<bool>().Select(value => (object)value),
        Times.Select(value => (object)value),
        Times.Select(value => (object)DateOnly.FromDateTime(value)),
        Times.Select(value => (object)TimeOnly.FromDateTime(value)),
        Times.Zip(Gen.Choose(-1439, 1439), (time, minutes) => (object)new Moment(time, TimeSpan.FromMinutes(minutes))));

    /// <summary>A table of any depth up to <see cref="MaxNesting"/>.</summary>
    internal static Gen<Table> Documents() => Tables(MaxNesting);

    private static Gen<object> Values(int nesting) => nesting == 0
        ? Scalars
        : Gen.OneOf(
            Scalars,
            Tables(nesting - 1).Select(table => (object)table),
            Lists(Values(nesting - 1)),
            Lists(Tables(nesting - 1).Select(table => (object)table)));

    private static Gen<object> Lists(Gen<object> items) =>
        Gen.Choose(0, MaxWidth).SelectMany(items.ListOf).Select(list => (object)new List<object>(list));

    private static Gen<Table> Tables(int nesting)
    {
        Gen<(string Key, object Value)> entries = Keys.Zip(Values(nesting), (key, value) => (key, value));
        return Gen.Choose(0, MaxWidth).SelectMany(entries.ListOf)
            .Select(list => new Table([.. list.DistinctBy(entry => entry.Key)]));
    }

    /// <summary>Keys, each once, and their values.</summary>
    internal sealed record Table(IReadOnlyList<(string Key, object Value)> Entries);

    /// <summary>A local time and how far it is ahead of UTC.</summary>
    internal sealed record Moment(DateTime Local, TimeSpan Offset);
}
