using System.Text.Json;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>A real daemon's zones at the operator's word.</summary>
public sealed class CommandLineZoneTests
{
    private TestServer[] _servers = [];
    private DaemonProcess _daemon = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _servers = [TestServer.Echo(), TestServer.Echo(), TestServer.Echo()];
        string[] zones = ["east", "west", "west"];
        DaemonFile file = new(Array.Empty<string>())
        {
            Global = "zone = \"west\"",
            Service = string.Concat(_servers.Zip(zones, static (server, zone) =>
                $"[[service.test.backend]]\naddress = \"{server.EndPoint}\"\nzone = \"{zone}\"\n")),
        };
        _daemon = await DaemonProcess.StartAsync(file);
    }

    [TearDown]
    public async Task EndAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        foreach (TestServer server in _servers) server.Dispose();
    }

    [Test]
    public async Task Zone_AwayAndBack_SharesAreToldAndStatesShown()
    {
        string all = (await _daemon.AskAsync("zone", "list")).Output;
        (int exitCode, string away, string errors) = await _daemon.AskAsync("zone", "away", "east");
        string list = (await _daemon.AskAsync("zone", "list")).Output;
        string backends = (await _daemon.AskAsync("backend", "list")).Output;
        string status = (await _daemon.AskAsync("status")).Output;
        string metrics = await _daemon.PageAsync("/metrics");
        string diff = (await _daemon.AskAsync("config", "diff")).Output;
        await _daemon.AskAsync("reload");
        string back = (await _daemon.AskAsync("zone", "back", "east")).Output;

        Assert.That((exitCode, errors), Is.EqualTo((0, "")));
        Assert.That(all, Does.Match(@"(?m)^east +1 +1 +0 +test 33%$").And.Match(@"(?m)^west +own +2 +2 +0 +test 67%$"));
        Assert.That(away, Is.EqualTo("zone east is away\n  test: 33% -> 0% of the new flows"));
        Assert.That(list, Does.Match(@"(?m)^east +away +1 +0 +0 +test 0%$"));
        Assert.That(backends, Does.Match($@"(?m)^test/{_servers[0].EndPoint} +shifted .* east +zone east is away$"));
        Assert.That(metrics, Does.Contain("\nl4balancer_zones_away 1\n")
            .And.Contain("l4balancer_pool_tier{pool=\"test\"} 0")
            .And.Match("l4balancer_backend_state{.*state=\"shifted\"} 1"));
        Assert.That(diff, Does.Contain("zone east is away"));
        Assert.That(status, Does.Contain("zone east is away, 0 flows go on"));
        Assert.That(back, Is.EqualTo("zone east is in use\n  test: 0% -> 33% of the new flows"), "kept over it");
    }

    [Test]
    public async Task Zone_EverythingIsInIt_IsRefusedButByForce()
    {
        await _daemon.AskAsync("zone", "away", "east");

        (int refused, _, string errors) = await _daemon.AskAsync("zone", "away", "west");
        (int forced, string output, _) = await _daemon.AskAsync("zone", "away", "west", "--force");

        Assert.That((refused, forced), Is.EqualTo((4, 0)));
        Assert.That(errors, Does.Contain("no backend would be available in test").And.Contain("--force"));
        Assert.That(output, Does.StartWith("zone west is away"));
    }

    [Test]
    public async Task Zone_MisspeltName_IsAnsweredWithTheNearest()
    {
        (int exitCode, _, string errors) = await _daemon.AskAsync("zone", "away", "eats");

        Assert.That(exitCode, Is.EqualTo(4));
        Assert.That(errors, Does.Contain("there is no zone eats; did you mean 'east'?"));
    }

    [Test]
    public async Task Zones_AsJson_AreThoseOfTheStatus()
    {
        string zones = (await _daemon.AskAsync("zone", "list", "--json")).Output;
        string status = (await _daemon.AskAsync("status", "--json")).Output;

        using JsonDocument whole = JsonDocument.Parse(status);
        Assert.That(whole.RootElement.GetProperty("zones").GetRawText(), Is.EqualTo(zones));
        Assert.That(
            whole.RootElement.GetProperty("pools")[0].GetRawText(),
            Does.Contain("\"priority\":0").And.Contain("\"panic\":null"));
    }
}
