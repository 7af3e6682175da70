using System.Text;
using L4Balancer.Toml;
using NUnit.Framework;

namespace L4Balancer.Tests.Toml;

/// <summary>Bytes, byte order marks, line ends and control characters.</summary>
internal sealed class TomlEncodingTests
{
    [TestCase(new byte[] { 0x61, 0x3D, 0x27, 0xFF, 0x27 }, "1:4", "0xFF")]
    [TestCase(new byte[] { 0x0A, 0x23, 0xC3, 0xA9, 0xC3 }, "2:3", "0xC3", Description = "cut off")]
    [TestCase(new byte[] { 0x23, 0xF0, 0x9F, 0x98, 0x80, 0xED, 0xA0, 0x80 }, "1:3", "0xED", Description = "surrogate")]
    [TestCase(new byte[] { 0x23, 0xC0, 0x80 }, "1:2", "0xC0", Description = "overlong")]
    [TestCase(new byte[] { 0xEF, 0xBB, 0xBF, 0x80 }, "1:1", "0x80", Description = "behind a byte order mark")]
    [TestCase(new byte[] { 0xFF, 0xFE, 0x61, 0x00 }, "1:1", "UTF-16")]
    public void Read_BytesThatAreNotUtf8_ThrowsWithThePlaceOfTheBadByte(byte[] utf8, string place, string named)
    {
        TomlException error = Assert.Throws<TomlException>(() => TomlReader.Read(utf8))!;

        Assert.Multiple(() =>
        {
            Assert.That(error.Position.ToString(), Is.EqualTo(place));
            Assert.That(error.Message, Does.Contain(named));
        });
    }

    [TestCase("a = '*'", 0xD800, 6)]
    [TestCase("😀*", 0xDC00, 2)]
    [TestCase("\uFEFF#*", 0xD83D, 2)]
    public void Read_StringWithHalfASurrogatePair_ThrowsWithItsPlace(string template, int half, int column)
    {
        string text = template.Replace('*', (char)half);

        TomlException error = Assert.Throws<TomlException>(() => TomlReader.Read(text))!;

        Assert.That(error.Position, Is.EqualTo(new TomlPosition(1, column)));
    }

    [Test]
    public void Read_ByteOrderMarkAtStart_IsSkippedAndNotCounted()
    {
        TomlTable fromBytes = TomlReader.Read([0xEF, 0xBB, 0xBF, .. "a = 1"u8]);
        TomlTable fromText = TomlReader.Read("\uFEFFa = 1");

        Assert.Multiple(() =>
        {
            Assert.That(fromBytes.Entries.Single().KeyPosition, Is.EqualTo(new TomlPosition(1, 1)));
            Assert.That(fromText.Entries.Single().KeyPosition, Is.EqualTo(new TomlPosition(1, 1)));
        });
    }

    [TestCase("\uFEFF\uFEFFa = 1")]
    [TestCase("a = 1\n\uFEFFb = 2")]
    public void Read_ByteOrderMarkElsewhere_Throws(string text) =>
        Assert.That(() => TomlReader.Read(text), Throws.TypeOf<TomlException>().With.Message.Contains("U+FEFF"));

    [TestCase("")]
    [TestCase("\uFEFF")]
    [TestCase(" \t")]
    [TestCase("# only a comment")]
    [TestCase("\r\n\n")]
    public void Read_TextWithoutKeys_IsAnEmptyTable(string text) =>
        Assert.That(TomlReader.Read(Encoding.UTF8.GetBytes(text)).Entries, Is.Empty);

    [Test]
    public void Read_CrLf_ReadsLikeLf()
    {
        const string text = "a = \"\"\"\nx\n\\\n  y\"\"\"\nb = '''\nz\n'''\n[c] # d\ne = [\n1,\n]\n";
        TomlTable document = TomlReader.Read(text.Replace("\n", "\r\n", StringComparison.Ordinal));

        Assert.Multiple(() =>
        {
            Assert.That(document.Entries.Select(entry => entry.Value).OfType<TomlString>().Select(node => node.Value),
                Is.EqualTo(new[] { "x\ny", "z\n" }));
            Assert.That(document.Entries[^1].Value.Position, Is.EqualTo(new TomlPosition(8, 1)));
        });
    }

    [TestCase("a = 1\rb = 2", "1:6")]
    [TestCase("# c\r", "1:4")]
    [TestCase("a = [\r1]", "1:6")]
    [TestCase("a = '''\r'''", "1:8")]
    [TestCase("a = \"x\r\"", "1:7")]
    [TestCase("a = \"\"\"\\\r\"\"\"", "1:9")]
    [TestCase("\r", "1:1")]
    public void Read_CarriageReturnAlone_Throws(string text, string place)
    {
        TomlException error = Assert.Throws<TomlException>(() => TomlReader.Read(text))!;

        Assert.Multiple(() =>
        {
            Assert.That(error.Position.ToString(), Is.EqualTo(place));
            Assert.That(error.Message, Does.Contain("carriage return"));
        });
    }

    [Test]
    public void Read_ControlCharacter_ThrowsWithItsCodePoint(
        [Values("#*", "a = '*'", "a = \"*\"", "a = '''*'''", "a = \"\"\"*\"\"\"", "*", "a = *", "a = 1 *", "'*' = 1")]
        string template)
    {
        foreach (char control in Enumerable.Range(0, 0x20).Append(0x7F).Select(code => (char)code))
        {
            if (control is '\t' or '\n' or '\r') continue;

            TomlException error = Assert.Throws<TomlException>(() => TomlReader.Read(template.Replace('*', control)))!;

            Assert.Multiple(() =>
            {
                Assert.That(error.Message, Does.Contain($"the control character U+{(int)control:X4}"));
                Assert.That(error.Position.Column, Is.EqualTo(template.IndexOf('*') + 1));
            });
        }
    }

    [Test]
    public void Read_TabInCommentsAndStrings_IsKept() =>
        Assert.That(
            ((TomlString)TomlReader.Read("\t#\t\n\ta\t=\t'\t'\t#\t").Entries.Single().Value).Value, Is.EqualTo("\t"));
}
