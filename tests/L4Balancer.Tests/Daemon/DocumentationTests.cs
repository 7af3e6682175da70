using System.Text.RegularExpressions;
using L4Balancer.Telemetry;
using L4Balancer.Tests.Daemon.Configuration;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon;

/// <summary>What the documents list is what there is.</summary>
internal sealed partial class DocumentationTests
{
    private static readonly string[] TableKeys =
    [
        "timeouts", "retry", "udp", "maglev", "health", "ejection", "drain", "queue", "slow_start", "zones", "subset",
        "panic",
    ];

    [TestCaseSource(typeof(ConfigTexts), nameof(ConfigTexts.Tables))]
    public void Configuration_EveryKey_IsDescribed(string table)
    {
        string text = File.ReadAllText(Repository.PathOf("docs/configuration.md"));

        Assert.That(
            ConfigTexts.KnownKeys(table),
            Has.All.Matches<string>(key => text.Contains(
                TableKeys.Contains(key) ? $"### [service.NAME.{key}]"
                : key == "backend" ? ".backend]]"
                : $"\n| `{key}` | ",
                StringComparison.Ordinal)));
    }

    [Test]
    public void Reasons_CloseReasons_AreThoseThatThereAre() => Assert.That(
        Words("docs/reasons.md", "## Close reasons"),
        Is.EquivalentTo(Enum.GetValues<CloseReason>().Select(CloseReasons.Text)));

    [Test]
    public void Reasons_DatagramDrops_AreThoseThatThereAre() => Assert.That(
        Words("docs/reasons.md", "## Datagrams dropped"),
        Is.EquivalentTo(Enum.GetValues<DatagramDrop>().Select(DatagramDrops.Text)));

    [TestCaseSource(nameof(Documents))]
    public void Links_OfEveryDocument_LeadToAFileAndAHeading(string document)
    {
        string folder = Path.GetDirectoryName(document)!;
        string[] wrong =
        [
            .. from Match link in Link().Matches(File.ReadAllText(Repository.PathOf(document)))
               let file = link.Groups[1].Value is { Length: > 0 } named ? Path.Combine(folder, named) : document
               let heading = link.Groups[2].Value
               where !IsThere(Repository.PathOf(file), heading)
               select link.Value,
        ];
        Assert.That(wrong, Is.Empty);
    }

    private static IEnumerable<string> Documents() => Directory
        .EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
        .Select(static file => Path.GetRelativePath(Repository.PathOf(""), file))
        .Prepend("README.md");

    /// <summary>The first column of the tables below a heading, up to the next one of its rank.</summary>
    private static IEnumerable<string> Words(string document, string heading) =>
        from line in Section(File.ReadAllText(Repository.PathOf(document)), heading).Split('\n')
        where line.StartsWith("| `", StringComparison.Ordinal)
        select line.Split('`')[1];

    private static string Section(string text, string heading) => text.Split($"\n{heading}\n")[1].Split("\n## ")[0];

    private static bool IsThere(string file, string heading) =>
        heading.Length == 0 ? Path.Exists(file) : File.Exists(file) && File.ReadLines(file)
            .Where(static line => line.StartsWith('#'))
            .Select(static line => NotInAnchors().Replace(line.TrimStart('#', ' ').ToLowerInvariant(), ""))
            .Contains(heading.Replace("-", " ", StringComparison.Ordinal));

    [GeneratedRegex(@"\[[^\]]*\]\((?!https?:)([^)#]*)#?([^)]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex("[^a-z0-9_ ]")]
    private static partial Regex NotInAnchors();
}
