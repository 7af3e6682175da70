using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace L4Balancer.Tests;

/// <summary>The rules of the house (docs/architecture.md), kept by reading the sources.</summary>
public sealed partial class HouseRulesTests
{
    private const int MostLines = 300;
    private const int MostColumns = 120;

    /// <summary>A layer of src/L4Balancer may use the layers before it, and itself.</summary>
    private static readonly string[] Layers =
    [
        "Net", "Interop", "Config", "Telemetry", "Shards", "Backends", "Selection", "Pools", "Health", "Discovery",
        "Tcp", "Udp", "Metrics",
    ];

    /// <summary>What may be used of the layers before, where that is not all of them.</summary>
    private static readonly Dictionary<string, string[]> Narrower = new()
    {
        ["Selection"] = ["Net", "Backends"],
        ["Udp"] = [.. Layers.TakeWhile(static layer => layer != "Tcp")],
    };

    private static readonly string[] DataPath = ["Shards", "Selection", "Tcp", "Udp"];

    private static string Root([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));

    [Test]
    public void Layers_EachUsesOnlyThoseBeforeIt()
    {
        string[] wrong =
        [
            .. from layer in Layers
               let allowed = Narrower.GetValueOrDefault(layer) ?? Layers.TakeWhile(one => one != layer)
               from file in Sources($"src/L4Balancer/{layer}")
               from used in UsedLayers(file.Text)
               where used != layer && Layers.Contains(used) && !allowed.Contains(used)
               select $"{file.Path} ({layer}) uses {used}",
        ];
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Layers_EveryFolderOfTheLibraryIsOne() => Assert.That(
        Directory.GetDirectories(Path.Combine(Root(), "src/L4Balancer")).Select(Path.GetFileName),
        Is.SubsetOf([.. Layers, "bin", "obj"]));

    [Test]
    public void Toml_KnowsNothingOfBalancing() =>
        Assert.That(
            Sources("src/L4Balancer.Toml").SelectMany(static file => UsedLayers(file.Text)), Is.All.EqualTo("Toml"));

    [Test]
    public void Namespaces_AreTheFolders()
    {
        foreach ((string path, string text) in Sources("src").Concat(Sources("tests")).Concat(Sources("bench")))
        {
            if (Declared().Match(text) is not { Success: true } declared) continue;
            string folder = Path.GetDirectoryName(path)!;
            Assert.That(declared.Groups[1].Value, Is.EqualTo(string.Join('.', folder.Split('/').Skip(1))), path);
        }
    }

    [Test]
    public void Files_AreShortAndTheirLinesToo()
    {
        string[] wrong =
        [
            .. from file in AllSources()
               let lines = file.Text.TrimEnd('\n').Split('\n')
               let longest = lines.Max(static line => line.Length)
               where lines.Length > MostLines || longest > MostColumns
               select $"{file.Path}: {lines.Length} lines, longest {longest} columns",
        ];
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Unsafe_IsInInteropAlone() => Assert.That(
        Sources("src").Where(static file => Unsafe().IsMatch(file.Text)).Select(static file => file.Path),
        Is.All.StartsWith("src/L4Balancer/Interop/"));

    [Test]
    public void DataPath_ReadsNoFileNoEnvironmentNoWallClockAndTakesNoLock()
    {
        string[] wrong =
        [
            .. from layer in DataPath
               from file in Sources($"src/L4Balancer/{layer}")
               from Match match in Forbidden().Matches(file.Text)
               select $"{file.Path}: {match.Value}",
        ];
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Names_AreTheFieldsWords()
    {
        string[] wrong =
        [
            .. from file in Sources("src")
               from Match match in BannedName().Matches(file.Text)
               select $"{file.Path}: {match.Value}",
        ];
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Sources_HoldNoUnfinishedWork()
    {
        string[] wrong =
        [
            .. from file in AllSources()
               where !file.Path.EndsWith("HouseRulesTests.cs", StringComparison.Ordinal)
               from Match match in Unfinished().Matches(file.Text)
               select $"{file.Path}: {match.Value}",
        ];
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Types_AreDocumented()
    {
        string[] wrong =
        [
            .. from file in Sources("src")
               from Match match in UndocumentedType().Matches(file.Text)
               select $"{file.Path}: {match.Groups[1].Value}",
        ];
        Assert.That(wrong, Is.Empty);
    }

    private static IEnumerable<(string Path, string Text)> AllSources() =>
        Sources("src").Concat(Sources("tests")).Concat(Sources("bench"));

    private static IEnumerable<(string Path, string Text)> Sources(string folder)
    {
        string whole = Path.Combine(Root(), folder);
        if (!Directory.Exists(whole)) return [];
        return Directory.EnumerateFiles(whole, "*.cs", SearchOption.AllDirectories)
            .Select(static path => Path.GetRelativePath(Root(), path))
            .Where(static path => !path.Split('/').Any(static part => part is "obj" or "bin"))
            .Order(StringComparer.Ordinal)
            .Select(static path => (path, File.ReadAllText(Path.Combine(Root(), path))));
    }

    private static IEnumerable<string> UsedLayers(string text) =>
        UsedNamespace().Matches(text).Select(static match => match.Groups[1].Value).Distinct();

    [GeneratedRegex(@"\bL4Balancer\.([A-Z]\w*)", RegexOptions.CultureInvariant)]
    private static partial Regex UsedNamespace();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Declared();

    [GeneratedRegex(@"\bunsafe\b|\bfixed \(|stackalloc \w+\*")]
    private static partial Regex Unsafe();

    [GeneratedRegex(
        @"\bFile\.|\bFileStream\b|\bEnvironment\.Get|DateTime(Offset)?\.(Utc)?Now|\block \(|\bMonitor\.|\bMutex\b"
        + "|SemaphoreSlim|Thread\\.Sleep")]
    private static partial Regex Forbidden();

    [GeneratedRegex(
        @"\b(class|struct|record|interface|enum) +"
        + @"\w*(Manager|Helper|Utils?|Handler|Processor|Context|Base|Impl|Upstream|Downstream)\b")]
    private static partial Regex BannedName();

    [GeneratedRegex(
        @"\b(TODO|FIXME|HACK|NotImplementedException)\b|catch *(\([^)]*\))?\s*\{\s*\}|\[(Ignore|Explicit)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(
        @"(?<!///[^\n]*\n(?:\s*\[[^\n]*\n)*)^(?:    )?(?:public|internal) "
        + @"(?:static |sealed |abstract |readonly |partial |unsafe )*"
        + @"(?:class|struct|record|interface|enum)(?: struct| class)? (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex UndocumentedType();
}
