using System.Text.RegularExpressions;
using L4Balancer.Tests.Daemon.Configuration;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon;

/// <summary>The examples of docs/health.md are configurations, but for the files that they name.</summary>
internal sealed partial class HealthDocumentTests
{
    private static IEnumerable<string> Examples() => Example()
        .Matches(File.ReadAllText(Repository.PathOf("docs/health.md")))
        .Select(static match => match.Groups[1].Value);

    [TestCaseSource(nameof(Examples))]
    public void Example_InServicesOfItsNames_IsGood(string example)
    {
        string[] services = [.. Service().Matches(example).Select(static match => match.Groups[1].Value)];
        string text = example + string.Concat(services.Select(static (name, number) =>
            $"\n[service.{name}]\nlisten = \"127.0.0.1:{number + 1}\"\nbackends = [\"10.0.0.1:1\"]\n"));

        Assert.That(services, Is.Not.Empty);
        Assert.That(
            ConfigTexts.Problems(text), Is.All.Contains("names a file that there is not, or that may not be seen: /"));
    }

    [GeneratedRegex("```toml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"^\[service\.(\w+)\.health\]", RegexOptions.Multiline)]
    private static partial Regex Service();
}
