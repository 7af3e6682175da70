using System.Text.Json;
using L4Balancer.Toml;
using NUnit.Framework;

namespace L4Balancer.Tests.Toml;

/// <summary>The reader against the official suite, one case per file.</summary>
internal sealed class TomlTestSuiteTests
{
    [Test]
    public void Suite_Present_HasEveryFileOfToml100()
    {
        if (TomlTestSuite.Folder is null)
        {
            Assert.Ignore($"the toml-test suite is missing: set {TomlTestSuite.Variable} to a checkout of "
                + "github.com/toml-lang/toml-test, or put one into ../shared/toml-test beside the repository");
        }

        Assert.Multiple(() =>
        {
            Assert.That(TomlTestSuite.ValidFiles, Has.Count.EqualTo(210));
            Assert.That(TomlTestSuite.InvalidFiles, Has.Count.EqualTo(499));
        });
    }

    [TestCaseSource(typeof(TomlTestSuite), nameof(TomlTestSuite.ValidFiles))]
    public void Read_ValidFile_EqualsTaggedJson(string file)
    {
        byte[] text = TomlTestSuite.ReadBytes(file);
        using JsonDocument expected = JsonDocument.Parse(TomlTestSuite.ReadBytes(Path.ChangeExtension(file, ".json")));

        TomlTable actual = TomlReader.Read(text);

        Assert.Multiple(() =>
        {
            Assert.That(TaggedJson.Differences(expected.RootElement, actual), Is.Empty);
            Assert.That(TextPlaces.AreInside(text, actual), Is.True, "every position is a place in the text");
        });
    }

    [TestCaseSource(typeof(TomlTestSuite), nameof(TomlTestSuite.InvalidFiles))]
    public void Read_InvalidFile_ThrowsWithAPlaceInTheFile(string file)
    {
        byte[] text = TomlTestSuite.ReadBytes(file);

        TomlException error = Assert.Throws<TomlException>(() => TomlReader.Read(text))!;

        Assert.Multiple(() =>
        {
            Assert.That(TextPlaces.IsInside(text, error.Position), Is.True, $"{error.Position} is a place in the text");
            Assert.That(error.Message, Is.Not.Empty.And.Not.Contains("\n"));
        });
    }
}
