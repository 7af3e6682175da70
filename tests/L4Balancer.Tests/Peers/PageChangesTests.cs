using System.Net;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>The page at / in a real browser while an operator changes things elsewhere.</summary>
public sealed class PageChangesTests : PageFixture
{
    [Test]
    public async Task Reload_RefusedForATextOfHtml_ShowsTheTextAndRunsNothing()
    {
        const string Html = "<img src=x onerror=alert(1)>";
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint));
        await using PageTab page = await Browser.ShowAsync(daemon);

        daemon.Rewrite(daemon.File with { Service = $"\"{Html}\" = 1" });
        daemon.Child.Signal(ChildProcess.SigHup);
        await page.UntilAsync("document.querySelector('[data-banner=reload]')");
        string? said = await page.TextAsync("[data-banner=reload]");
        string? tile = await page.TextAsync("#last-reload");
        await page.UntilAsync("document.querySelector('#event-list').innerText.includes('img src')");
        int images = (await page.ValueAsync("document.images.length")).GetInt32();

        daemon.Rewrite(daemon.File);
        daemon.Child.Signal(ChildProcess.SigHup);
        await page.UntilAsync("!document.querySelector('[data-banner=reload]')");

        Assert.Multiple(() =>
        {
            Assert.That(said, Does.Contain("refused").And.Contain(Html));
            Assert.That(tile, Does.Contain("✕").And.Contain("refused"));
            Assert.That(images, Is.Zero);
            Assert.That(page.Complaints, Is.Empty);
        });
    }

    [Test]
    public async Task Reload_AddsAndRemovesABackend_RowsComeAndGoAndTheRingShowsBoth()
    {
        await using NginxServer first = await NginxServer.StartAsync("first");
        await using NginxServer second = await NginxServer.StartAsync("second");
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(first.EndPoint));
        await using PageTab page = await Browser.ShowAsync(daemon);

        daemon.Rewrite(daemon.File with { Backends = [second.EndPoint.ToString()] });
        daemon.Child.Signal(ChildProcess.SigHup);
        await page.UntilAsync($"document.querySelector('tr[data-backend=\"{second.EndPoint}\"][data-state=up]')");
        await page.UntilAsync($"!document.querySelector('tr[data-backend=\"{first.EndPoint}\"]')");
        await page.ValueAsync("document.querySelector('#ring').scrollIntoView({ behavior: 'instant' })");
        await page.UntilAsync("document.querySelector('#ring path.before')");

        Assert.That(
            await page.TextsAsync("#ring th[data-column=backend] .name"),
            Is.EquivalentTo((string[])[first.EndPoint.ToString(), second.EndPoint.ToString()]));
    }

    [Test]
    public async Task Backend_DrainedAndWeighed_BothAxesAndTheConfiguredWeightAreSeen()
    {
        await using NginxServer first = await NginxServer.StartAsync("first");
        await using NginxServer second = await NginxServer.StartAsync("second");
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(first.EndPoint, second.EndPoint));
        await using PageTab page = await Browser.ShowAsync(daemon);
        string row = $"tr[data-backend=\"{second.EndPoint}\"]";
        using AdminCaller control = daemon.Control;

        AdminReply drained = await control.PostAsync("/backends/drain", new { backend = second.EndPoint.ToString() });
        AdminReply weighed =
            await control.PostAsync("/backends/weight", new { backend = second.EndPoint.ToString(), weight = 7 });
        await page.UntilAsync($"document.querySelector('{row}[data-state=drain]')");
        await page.UntilAsync($"document.querySelector('{row} td[data-column=weight]').innerText.includes('file: 1')");

        string? axes = await page.TextAsync($"{row} td[data-column=axes]");
        string? underWay = await page.TextAsync($"{row} td[data-column=under-way]");
        Assert.Multiple(() =>
        {
            Assert.That(drained.Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(weighed.Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(axes, Is.EqualTo("drain · up"));
            Assert.That(underWay, Does.Contain("drained"));
        });
    }
}
