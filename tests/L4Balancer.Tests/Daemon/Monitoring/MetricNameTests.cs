using System.Text.Json;
using System.Text.RegularExpressions;
using L4Balancer.Tests.Peers;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Monitoring;

/// <summary>What documents, rules and dashboard name is what a daemon with services of both kinds has.</summary>
internal sealed partial class MetricNameTests
{
    private const string Dashboard = "etc/grafana/l4balancer.json";

    private string _page = "";
    private string _refusal = "";

    /// <summary>Each family with its type, as in the page.</summary>
    private IEnumerable<string> Families => _page.Split('\n')
        .Where(static line => line.StartsWith("# TYPE ", StringComparison.Ordinal))
        .Select(static line => line["# TYPE ".Length..]);

    /// <summary>The names that a question can be asked about.</summary>
    private IEnumerable<string> Series => _page.Split('\n')
        .Where(static line => line is not ("" or ['#', ..]))
        .Select(static line => line.Split('{', ' ')[0])
        .Distinct();

    [OneTimeSetUp]
    public async Task ReadThePage()
    {
        DaemonFile file = new("127.0.0.1:9")
        {
            Service = "health.type = \"tls\"\n"
                + $"[service.dns]\nprotocol = \"udp\"\nlisten = \"127.0.0.1:{UnusedPort.Next()}\"\n"
                + "backends = [\"localhost:9\"]",
        };
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(file);
        _page = await daemon.PageAsync("/metrics");
        using HttpClient http = new();
        using HttpResponseMessage refused = await http.GetAsync($"http://127.0.0.1:{file.AdminPort}/nothing");
        _refusal = await refused.Content.ReadAsStringAsync();
    }

    [Test]
    public void Document_Metrics_AreThoseThatArePublished() => Assert.That(
        File.ReadLines(Repository.PathOf("docs/monitoring.md"))
            .Where(static line => DescribedMetric().IsMatch(line))
            .Select(static line => string.Join(' ', line.Split('`')[1], line.Split('|')[2].Trim())),
        Is.EquivalentTo(Families));

    [Test]
    public void Document_Paths_AreThoseThatTheAdminSideListsToWhoAsksForAnother()
    {
        string section = File.ReadAllText(Repository.PathOf("docs/operations.md")).Split("\n## Admin side\n")[1];
        IEnumerable<string> described = section.Split("\n## ")[0].Split('\n')
            .Where(static line => line.StartsWith("| `GET ", default) || line.StartsWith("| `POST ", default))
            .SelectMany(static line => Paths(line.Split(" | ")[0]));

        Assert.That(described, Is.EquivalentTo(Paths(_refusal)));
    }

    [TestCase("etc/prometheus/l4balancer.rules.yml")]
    [TestCase("tests/prometheus/l4balancer.rules.test.yml")]
    [TestCase(Dashboard)]
    [TestCase("docs/monitoring.md")]
    [TestCase("docs/draining.md")]
    [TestCase("docs/reloading.md")]
    [TestCase("docs/reasons.md")]
    [TestCase("docs/operations.md")]
    public void File_EveryMetricThatItNames_IsPublished(string file)
    {
        IEnumerable<string> published = Series.Concat(Families.Select(static family => family.Split(' ')[0]));

        Assert.That(
            Metric().Matches(File.ReadAllText(Repository.PathOf(file))).Select(static match => match.Value).Distinct(),
            Is.SubsetOf(published));
    }

    [Test]
    public async Task Dashboard_EveryQuestion_IsOneThatPrometheusUnderstands()
    {
        string promtool = RealProgram.Find("promtool");
        string[] questions =
        [
            .. Strings(JsonDocument.Parse(File.ReadAllText(Repository.PathOf(Dashboard))).RootElement, "expr")
                .Select(static question => Variable().Replace(
                    question, static match => match.Value.EndsWith("interval", StringComparison.Ordinal) ? "5m" : "x")),
        ];
        using TempFolder folder = new();
        string rules = string.Concat(questions.Select(static (question, number) =>
            $"  - record: question:{number}\n    expr: {JsonSerializer.Serialize(question)}\n"));
        await File.WriteAllTextAsync(folder["rules"], $"groups:\n- name: dashboard\n  rules:\n{rules}");

        string said = await ChildProcess.RunAsync(promtool, "check", "rules", folder["rules"]);

        Assert.That(said, Does.Contain($"SUCCESS: {questions.Length} rules found"));
    }

    [Test]
    public void Dashboard_Rows_AreThoseThatTheDocumentNames()
    {
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(Repository.PathOf(Dashboard)));
        IEnumerable<string?> rows =
            from panel in dashboard.RootElement.GetProperty("panels").EnumerateArray()
            where panel.GetProperty("type").GetString() == "row"
            select panel.GetProperty("title").GetString();

        Assert.That(rows, Is.EqualTo(new[] { "Overview", "Services", "Backends", "UDP", "Process" }));
    }

    private static IEnumerable<string> Strings(JsonElement element, string name) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
            property.Name == name ? [property.Value.GetString()!] : Strings(property.Value, name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Strings(item, name)),
        _ => [],
    };

    [GeneratedRegex(@"\b(l4balancer|process|dotnet)_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^\| `(l4balancer|process|dotnet)_[a-z_]+` \|")]
    private static partial Regex DescribedMetric();

    private static IEnumerable<string> Paths(string text) => PathInText().Matches(text).Select(static one => one.Value);

    [GeneratedRegex(@"(?<=[ `])/[a-z./]*")]
    private static partial Regex PathInText();

    [GeneratedRegex(@"\$\w+")]
    private static partial Regex Variable();
}
