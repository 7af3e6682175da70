using System.Globalization;
using System.Text.Json;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>The page at / in a real browser: what it shows, how it looks, whom it talks to.</summary>
public sealed class PageTests : PageFixture
{
    private const int Requests = 40;

    private static readonly string[] Themes = ["Theme: dark", "Theme: light", "Theme: auto"];

    [Test]
    public async Task Page_Open_ComplainsOfNothingAndTalksToTheDaemonAlone()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint));
        await using PageTab page = await Browser.ShowAsync(daemon, height: 4000); // All of it is in sight.

        await page.RefreshedAsync(3);
        await page.UntilAsync("document.querySelector('#ring path')");

        string[] asked = [.. page.Requests.Select(static one => one.AbsolutePath).Distinct()];
        Assert.Multiple(() =>
        {
            Assert.That(page.Complaints, Is.Empty);
            Assert.That(
                page.Requests.Where(static one => one.Scheme != "data").Select(static one => one.Authority),
                Is.All.EqualTo($"127.0.0.1:{daemon.File.AdminPort}"));
            Assert.That(asked, Is.SupersetOf((string[])
                ["/", "/status.json", "/history.json", "/connections", "/top", "/events", "/ring.json"]));
        });
    }

    [Test]
    public async Task Page_Header_LetsABrowserRunWhatStandsInItAndNothingElse()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint));
        using HttpClient http = new();

        using HttpResponseMessage answer =
            await http.GetAsync($"http://127.0.0.1:{daemon.File.AdminPort}/").Within();

        string policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Multiple(() =>
        {
            Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/html"));
            Assert.That(policy, Does.Contain("default-src 'none'").And.Contain("connect-src 'self'"));
            Assert.That(policy, Does.Not.Contain("unsafe"));
        });
    }

    [Test]
    public async Task Page_AfterTraffic_ShowsTheFiguresOfTheStatus()
    {
        await using NginxServer first = await NginxServer.StartAsync("first");
        await using NginxServer second = await NginxServer.StartAsync("second");
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(first.EndPoint, second.EndPoint));
        for (int i = 0; i < Requests; i++) await HttpRequests.NameAsync(daemon.Address);
        await daemon.FlowsAsync(Requests);

        await using PageTab page = await Browser.ShowAsync(daemon);
        string total = Cell("service", "test", "total");
        await page.UntilAsync($"document.querySelector('{total}').innerText === '{Requests}'");

        JsonElement status = JsonSerializer.Deserialize<JsonElement>(await daemon.PageAsync("/status.json"));
        Dictionary<string, string> expected = new()
        {
            ["#place"] = $"127.0.0.1:{daemon.File.AdminPort}",
            ["#connections-open"] = Whole(status, "connections", "open"),
            ["#backends-up"] = "2 of 2 up",
            ["#phase"] = "serving",
        };
        JsonElement service = status.GetProperty("services")[0];
        expected[Cell("service", "test", "peak")] = Whole(service, "sessions", "peak");
        expected[Cell("service", "test", "limit")] = Whole(service, "sessions", "limit");
        expected[Cell("service", "test", "errors")] = Whole(service, "errors");
        expected[Cell("service", "test", "retries")] = Whole(service, "retries");
        foreach (JsonElement backend in status.GetProperty("backends").EnumerateArray())
        {
            string name = backend.GetProperty("name").GetString()!;
            expected[Cell("backend", name, "total")] = Whole(backend, "sessions", "total");
            expected[Cell("backend", name, "open")] = Whole(backend, "sessions", "open");
            expected[Cell("backend", name, "errors")] = Whole(backend, "connect_errors");
            expected[Cell("backend", name, "weight")] = Whole(backend, "weight");
            expected[Cell("backend", name, "axes")] = "ready · up";
            expected[Cell("backend", name, "share")] = string.Create(
                CultureInfo.InvariantCulture, $"{backend.GetProperty("share").GetDouble() * 100:F1} %");
        }

        Dictionary<string, string?> shown = [];
        foreach (string selector in expected.Keys) shown[selector] = (await page.TextAsync(selector))?.Trim();
        Assert.That(shown, Is.EqualTo(expected));
    }

    [Test]
    public async Task Ring_TwoBackends_ShowsWhoseWhichPartIsAndOneAloneWhenPicked()
    {
        await using NginxServer first = await NginxServer.StartAsync("first");
        await using NginxServer second = await NginxServer.StartAsync("second");
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(first.EndPoint, second.EndPoint));
        await using PageTab page = await Browser.ShowAsync(daemon);
        await page.ValueAsync("document.querySelector('#ring').scrollIntoView({ behavior: 'instant' })");
        await page.UntilAsync("document.querySelectorAll('#ring path.now').length === 2");

        string[] shares = await page.TextsAsync("#ring td[data-column=now]");
        await page.ClickAsync($"#ring tr[data-name='{second.EndPoint}'] button");
        string[] bright = [.. (await page.ValueAsync(
            "[...document.querySelectorAll('#ring path[data-on]')].map((one) => one.dataset.name)"))
            .EnumerateArray().Select(static one => one.GetString()!)];

        Assert.Multiple(() =>
        {
            Assert.That(
                shares.Sum(static share => double.Parse(share.TrimEnd(' ', '%'), CultureInfo.InvariantCulture)),
                Is.EqualTo(100).Within(0.1));
            Assert.That(bright.Distinct(), Is.EqualTo((string[])[second.EndPoint.ToString()]));
        });
    }

    [Test]
    public async Task Theme_Clicked_ChangesTheColoursAndIsKept()
    {
        const string Background = "getComputedStyle(document.body).backgroundColor";
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint));
        await using PageTab page = await Browser.ShowAsync(daemon);
        await page.PreferAsync("light");
        string light = (await page.ValueAsync(Background)).GetString()!;
        await page.PreferAsync("dark");
        string dark = (await page.ValueAsync(Background)).GetString()!;

        List<(string? Name, string? Colour)> seen = [];
        for (int i = 0; i < Themes.Length; i++)
        {
            await page.ClickAsync("#theme");
            seen.Add((await page.TextAsync("#theme"), (await page.ValueAsync(Background)).GetString()));
            if (i == 1) await page.GoAsync($"http://127.0.0.1:{daemon.File.AdminPort}/?again");
            if (i == 1) await page.UntilAsync("location.search !== '' && document.querySelector('tr[data-backend]')");
        }

        Assert.Multiple(() =>
        {
            Assert.That(light, Is.Not.EqualTo(dark));
            Assert.That(seen, Is.EqualTo(Themes.Zip((string[])[dark, light, dark])));
        });
    }

    [Test]
    public async Task Page_OnAPhone_NeverScrollsSideways([Values(360, 390, 768)] int width)
    {
        string[] longNames =
        [
            .. from i in Enumerable.Range(0, 3)
               let name = $"{new string('n', 250)}{i}"
               select $"{{ address = \"[2001:db8:1234:5678:9abc:def0:1234:{i}]:18080\", name = \"{name}\" }}",
        ];
        string listed = string.Join(", ", longNames);
        string more =
            $"""
            [service.{new string('s', 200)}]
            listen = "127.0.0.1:{UnusedPort.Next()}"
            backends = [{listed}]
            """;
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint) { Service = more });
        await using PageTab page = await Browser.ShowAsync(daemon, width, 6000);
        await page.UntilAsync("document.querySelector('#ring path') && document.querySelector('#event-list li')");
        await page.RefreshedAsync(2);

        JsonElement widths = await page.ValueAsync("[document.documentElement.scrollWidth, innerWidth]");

        Assert.That(widths[0].GetInt32(), Is.LessThanOrEqualTo(width));
        Assert.That(widths[1].GetInt32(), Is.EqualTo(width), "not shrunk to hold more than its width");
    }

    private static string Cell(string kind, string name, string column) =>
        $"tr[data-{kind}=\"{name}\"] [data-column={column}]";

    private static string Whole(JsonElement from, params string[] path) =>
        path.Aggregate(from, static (one, name) => one.GetProperty(name)).GetInt64()
            .ToString("N0", CultureInfo.InvariantCulture);
}
