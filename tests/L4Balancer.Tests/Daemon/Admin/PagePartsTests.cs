using System.Runtime.CompilerServices;
using L4Balancer.Daemon.Admin.Page;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Admin;

/// <summary>The text of the page at /, and the rules of its sources.</summary>
public sealed class PagePartsTests
{
    private const int MostLines = 300;
    private const int MostColumns = 120;

    /// <summary>Ways to make text into elements or code, of which the page uses none.</summary>
    private static readonly string[] TextThatRuns =
        ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"];

    private static string Sources([CallerFilePath] string thisFile = "") => Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(thisFile)!, "../../../../src/L4Balancer.Daemon/Admin/Page"));

    [Test]
    public void Assemble_EveryPartIsInItsPlaceOnce()
    {
        string page = PageParts.Assemble();

        string[] parts = [.. Directory.GetFiles(Sources(), "*.css"), .. Directory.GetFiles(Sources(), "*.js")];
        Assert.Multiple(() =>
        {
            Assert.That(page, Does.Not.Contain("{{"));
            Assert.That(parts, Is.Not.Empty);
            foreach (string part in parts)
            {
                Assert.That(page.Split(File.ReadAllText(part)), Has.Length.EqualTo(2), part);
            }
        });
    }

    [Test]
    public void Assemble_NamesNothingElsewhere()
    {
        string page = PageParts.Assemble().Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);

        Assert.That(page, Does.Not.Contain("://").And.Not.Contain("@import").And.Not.Contain("url("));
    }

    [Test]
    public void Sources_AreShortAndNeverMakeTextIntoElements()
    {
        string[] wrong =
        [
            .. from file in Directory.GetFiles(Sources())
               let text = File.ReadAllText(file)
               let lines = text.TrimEnd('\n').Split('\n')
               where lines.Length > MostLines
                   || lines.Any(static line => line.Length > MostColumns)
                   || TextThatRuns.Any(word => text.Contains(word, StringComparison.Ordinal))
               select Path.GetFileName(file),
        ];
        Assert.That(wrong, Is.Empty);
    }
}
