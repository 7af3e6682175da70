using L4Balancer.Toml;
using NUnit.Framework;

namespace L4Balancer.Tests.Toml;

/// <summary>Values and tables where the suite is silent or loose, and the names of the kinds.</summary>
internal sealed class TomlValueTests
{
    [TestCase("9223372036854775807", long.MaxValue)]
    [TestCase("-9223372036854775808", long.MinValue)]
    [TestCase("0x7FFF_FFFF_FFFF_FFFF", long.MaxValue)]
    [TestCase("0o777777777777777777777", long.MaxValue)]
    [TestCase("+1_000", 1000)]
    [TestCase("-0", 0)]
    public void Read_Integer_ReachesBothEndsOf64Bits(string text, long value) =>
        Assert.That(((TomlInteger)Value(text)).Value, Is.EqualTo(value));

    [TestCase("1e400", double.PositiveInfinity)]
    [TestCase("-1e400", double.NegativeInfinity)]
    [TestCase("1e-400", 0.0)]
    [TestCase("1e99999999999999999999", double.PositiveInfinity)]
    [TestCase("5e-324", double.Epsilon)]
    public void Read_FloatOutOfRange_RoundsAsIeee754Does(string text, double value) =>
        Assert.That(((TomlFloat)Value(text)).Value, Is.EqualTo(value));

    [TestCase("07:32:00.123456789", 1234567)]
    [TestCase("07:32:00.99999999999999999999", 9999999)]
    [TestCase("07:32:00.5", 5000000)]
    public void Read_Fraction_IsCutOffAtTicks(string text, int ticks) =>
        Assert.That(((TomlLocalTime)Value(text)).Value.Ticks % TimeSpan.TicksPerSecond, Is.EqualTo(ticks));

    [TestCase("+23:59", 1439)]
    [TestCase("-23:59", -1439)]
    [TestCase("z", 0)]
    public void Read_Offset_MayBeAsLargeAsTomlAllows(string offset, int minutes)
    {
        TomlOffsetDateTime moment = (TomlOffsetDateTime)Value($"0001-01-01t00:00:00{offset}");

        Assert.Multiple(() =>
        {
            Assert.That(moment.Offset, Is.EqualTo(TimeSpan.FromMinutes(minutes)));
            Assert.That(moment.Local, Is.EqualTo(DateTime.MinValue));
        });
    }

    [TestCase("'x'", "a string")]
    [TestCase("1", "an integer")]
    [TestCase("1.0", "a float")]
    [TestCase("true", "a boolean")]
    [TestCase("1979-05-27T07:32:00Z", "an offset date-time")]
    [TestCase("1979-05-27T07:32:00", "a local date-time")]
    [TestCase("1979-05-27", "a local date")]
    [TestCase("07:32:00", "a local time")]
    [TestCase("[]", "an array")]
    [TestCase("{}", "a table")]
    public void Kind_EveryNode_IsAPhraseForMessages(string text, string kind) =>
        Assert.That(Value(text).Kind, Is.EqualTo(kind));

    [Test]
    public void Entries_ManyKeys_AreInFileOrderAndAllFound()
    {
        string[] keys = [.. Enumerable.Range(0, 100).Select(i => $"k{i * 7919 % 100}")];
        TomlTable table = TomlReader.Read(string.Concat(keys.Select((key, i) => $"{key} = {i}\n")));

        Assert.Multiple(() =>
        {
            Assert.That(table.Entries.Select(entry => entry.Key), Is.EqualTo(keys));
            for (int i = 0; i < keys.Length; i++)
            {
                Assert.That(table.TryGet(keys[i], out TomlEntry entry), Is.True);
                Assert.That(((TomlInteger)entry.Value).Value, Is.EqualTo(i));
            }
        });
    }

    [Test]
    public void TryGet_UnknownKey_IsFalse([Values(1, 8, 9, 20)] int count)
    {
        TomlTable table = TomlReader.Read(string.Concat(Enumerable.Range(0, count).Select(i => $"k{i} = 1\n")));

        Assert.Multiple(() =>
        {
            Assert.That(table.TryGet("K0", out _), Is.False, "keys are compared exactly");
            Assert.That(table.TryGet("", out _), Is.False);
            Assert.That(table.TryGet("k0", out _), Is.True);
        });
    }

    [TestCase("[a.b.c]\n[a]\nb.x = 1\n[a.b.d]")]
    [TestCase("[a]\nb.c = 1\n[a.b.d]\n[[a.b.e]]\n[[a.b.e]]")]
    [TestCase("[[a]]\nb.c = 1\n[[a]]\nb.c = 1\n[a.d]\n[a.d.e]")]
    public void Read_TableThatIsOnlyMentionedSoFar_MayBeAddedTo(string text) =>
        Assert.That(() => TomlReader.Read(text), Throws.Nothing);

    [TestCase("[a.b.c]\n[a]\nb.x = 1\n[a.b]")]
    [TestCase("[[a.b]]\n[a.b]")]
    [TestCase("[a]\nb.c = 1\n[[a.b]]")]
    [TestCase("[a]\nb = [{}]\n[[a.b]]")]
    [TestCase("[a]\nb = [{}]\n[a.b.c]")]
    public void Read_TableThatIsDefined_MayNotBeDefinedAgain(string text) =>
        Assert.That(() => TomlReader.Read(text), Throws.TypeOf<TomlException>());

    private static TomlNode Value(string text) => TomlReader.Read($"v = {text}").Entries.Single().Value;
}
