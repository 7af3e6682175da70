using System.Text.RegularExpressions;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Monitoring;

/// <summary>The alert rules, as Prometheus' own tool judges them.</summary>
internal sealed partial class AlertRuleTests
{
    private const string Rules = "etc/prometheus/l4balancer.rules.yml";
    private const string Cases = "tests/prometheus/l4balancer.rules.test.yml";

    private static string[] Alerts =>
        [.. AlertName().Matches(Text(Rules)).Select(static match => match.Groups[1].Value)];

    [Test]
    public async Task Rules_Promtool_AcceptsThemAndTheScrapeConfiguration()
    {
        string promtool = RealProgram.Find("promtool");

        string rules = await SayAsync(promtool, "check", "rules", Rules);
        string scrape = await SayAsync(promtool, "check", "config", "etc/prometheus/scrape.yml");

        Assert.That(rules, Does.Contain($"SUCCESS: {Alerts.Length} rules found").And.Not.Contains("FAILED"));
        Assert.That(scrape, Does.Contain("is valid prometheus config file syntax").And.Not.Contains("FAILED"));
    }

    [Test]
    public async Task Rules_EachAlert_FiresForWhatItIsForAlone() => Assert.That(
        await SayAsync(RealProgram.Find("promtool"), "test", "rules", Cases),
        Does.Contain("SUCCESS").And.Not.Contains("FAILED"));

    [TestCaseSource(nameof(Alerts))]
    public void Rules_EachAlert_HasACaseAPlaceInTheDocumentAndWords(string alert)
    {
        string rule = Text(Rules).Split("- alert: ").Single(one => one.StartsWith($"{alert}\n", default));
        Assert.Multiple(() =>
        {
            Assert.That(Text(Cases), Does.Contain($"alertname=\"{alert}\""));
            Assert.That(Text("docs/monitoring.md"), Does.Contain($"\n| `{alert}` | "));
            Assert.That(rule, Does.Contain("severity: ").And.Contains("summary: \"").And.Contains("description: \""));
            Assert.That(rule, Does.Match($"runbook: \".* See docs/monitoring.md, {alert}\\.\""));
        });
    }

    private static string Text(string file) => File.ReadAllText(Repository.PathOf(file));

    /// <summary>What a command says, whether it succeeds or not.</summary>
    private static Task<string> SayAsync(string program, string verb, string what, string file) =>
        ChildProcess.RunAsync(
            "/bin/bash", "-c", $"'{program}' {verb} {what} '{Repository.PathOf(file)}' 2>&1 || echo FAILED");

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex AlertName();
}
