using System.Net.Sockets;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>The page at / in a real browser while things change.</summary>
public sealed class PageLiveTests : PageFixture
{
    private const int ManyBackends = 200;

    private const string QuickVerdicts =
        """
        [service.test.health]
        interval = "100ms"
        """;

    [Test]
    public async Task Backend_GoesDownAndComesBack_ItsRowSaysSoAndWhy()
    {
        await using NginxServer first = await NginxServer.StartAsync("first");
        await using NginxServer second = await NginxServer.StartAsync("second");
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(
            new DaemonFile(first.EndPoint, second.EndPoint) { Service = QuickVerdicts });
        await using PageTab page = await Browser.ShowAsync(daemon);
        string row = $"tr[data-backend=\"{second.EndPoint}\"]";
        await page.UntilAsync($"document.querySelector('{row}').dataset.state === 'up'");

        await second.KillAsync();
        await page.UntilAsync($"document.querySelector('{row}').dataset.state === 'down'");
        string? state = await page.TextAsync($"{row} td[data-column=state]");
        string? probe = await page.TextAsync($"{row} td[data-column=probe]");
        string? tile = await page.TextAsync("#backends-up");
        await page.UntilAsync("document.querySelector('#event-list li[data-event=backend_down]')");
        string? happened = await page.TextAsync("#event-list li[data-event=backend_down] .message");

        await second.StartAgainAsync();
        await page.UntilAsync($"document.querySelector('{row}').dataset.state === 'up'");

        Assert.Multiple(() =>
        {
            Assert.That(state, Does.Contain("✕").And.Contain("down"));
            Assert.That(probe, Does.Contain("✕").And.Contain("refused"));
            Assert.That(tile, Is.EqualTo("1 of 2 up"));
            Assert.That(happened, Does.Contain($"{second.EndPoint} is down"));
        });
    }

    [Test]
    public async Task Daemon_KilledAndStartedAgain_BannerComesAndGoes()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        DaemonFile file = new(nginx.EndPoint);
        DaemonProcess daemon = await DaemonProcess.StartAsync(file);
        await using PageTab page = await Browser.ShowAsync(daemon);
        Assert.That(await page.TextAsync("[data-banner]"), Is.Null);

        await using (daemon) await daemon.Child.KillAsync();
        await page.UntilAsync("document.querySelector('[data-banner=contact]')");
        string? said = await page.TextAsync("[data-banner=contact]");

        await using DaemonProcess again = await DaemonProcess.StartAsync(file);
        await page.UntilAsync("!document.querySelector('[data-banner=contact]')");
        string pid = again.Child.Id.ToString();
        await page.UntilAsync($"document.querySelector('#uptime').title.includes('{pid}')");
        Assert.That(said, Does.Contain("No answer from the daemon").And.Contain(" s"));
    }

    [Test]
    public async Task Daemon_Drains_SaysSoAndHowManyRemain()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint));
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(daemon.Address).Within();
        await client.NameAsync();
        await using PageTab page = await Browser.ShowAsync(daemon);

        daemon.Child.Signal(ChildProcess.SigTerm);
        await page.UntilAsync("document.querySelector('[data-banner=phase]')");
        string? said = await page.TextAsync("[data-banner=phase]");

        Assert.That(said, Does.Contain("Draining").And.Contain("1 connection"));
        client.Close();
        Assert.That(await daemon.Child.ExitAsync(), Is.Zero);
    }

    [Test]
    public async Task Refresh_KeepsElementsScrollSelectionAndWhatIsClosed()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint) { Service = QuickVerdicts });
        await using PageTab page = await Browser.ShowAsync(daemon, height: 500);
        const string Look =
            """
            JSON.stringify(
              [document.querySelector('tr[data-backend]') === window.row, getSelection().toString(), scrollY])
            """;
        await page.ValueAsync(
            """
            window.row = document.querySelector('tr[data-backend]');
            const text = window.row.querySelector('.name').firstChild;
            getSelection().setBaseAndExtent(text, 0, text, text.length);
            scrollTo({ top: 120, behavior: 'instant' });
            """);
        string before = (await page.ValueAsync(Look)).GetString()!;

        await page.RefreshedAsync(3);
        string after = (await page.ValueAsync(Look)).GetString()!;
        await page.ClickAsync("details.pool summary");
        await page.RefreshedAsync(2);
        bool open = (await page.ValueAsync("document.querySelector('details.pool').open")).GetBoolean();

        Assert.Multiple(() =>
        {
            Assert.That(after, Is.EqualTo(before));
            Assert.That(before, Does.StartWith("[true,").And.Contain(nginx.EndPoint.ToString()));
            Assert.That(open, Is.False);
        });
    }

    [Test]
    public async Task Refresh_WhileTyping_KeepsFocusAndText()
    {
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint));
        await using PageTab page = await Browser.ShowAsync(daemon);

        await page.ClickAsync("#filter-client");
        await page.TypeAsync("127.0.0.");
        await page.RefreshedAsync(2);
        await page.TypeAsync("1");
        await page.RefreshedAsync(1);

        Assert.That(
            (await page.ValueAsync("document.activeElement.id + ' ' + document.activeElement.value")).GetString(),
            Is.EqualTo("filter-client 127.0.0.1"));
    }

    [Test]
    public async Task TwoHundredBackends_AreAllThereAndTheSearchFindsOne()
    {
        string[] backends =
            [.. Enumerable.Range(0, ManyBackends).Select(static i => $"127.0.0.{i + 1}:{1000 + i}")];
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(backends));
        await using PageTab page = await Browser.ShowAsync(daemon);
        await page.ClickAsync("#open-all");
        await page.UntilAsync($"document.querySelectorAll('tr[data-backend]').length === {ManyBackends}");

        await page.ClickAsync("#find");
        await page.TypeAsync(backends[137]);
        await page.UntilAsync("document.querySelectorAll('tr[data-backend]').length === 1");
        await page.RefreshedAsync(2);

        Assert.That(await page.TextsAsync("tr[data-backend] .name"), Is.EqualTo((string[])[backends[137]]));
    }

    [Test]
    public async Task Names_OfOddCharacters_AreShownAsTheyAre()
    {
        const string Name = "[odd]%2F@-_.:/%3Cimg";
        string service =
            $$"""
            [service."{{Name}}"]
            listen = "127.0.0.1:{{UnusedPort.Next()}}"
            backends = [{ address = "127.0.0.1:1", name = "{{Name}}/b" }]
            """;
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint) { Service = service });
        await using PageTab page = await Browser.ShowAsync(daemon);

        string[] names = await page.TextsAsync("tr[data-backend] .name, tr[data-service] .name, summary .name");

        Assert.That(names, Does.Contain(Name).And.Contain($"{Name}/b"));
        Assert.That(page.Complaints, Is.Empty);
    }
}
