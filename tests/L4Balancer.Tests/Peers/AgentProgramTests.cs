using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>A daemon and an agent that is a program of a few lines, as operators write them.</summary>
public sealed class AgentProgramTests
{
    private const string Program =
        """
        import socketserver, sys

        class Agent(socketserver.StreamRequestHandler):
            def handle(self):
                with open(sys.argv[2]) as words:
                    self.wfile.write(words.read().encode())

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Agent).serve_forever()
        """;

    [Test]
    public async Task Agent_SaysDownWithAReason_IsShownEverywhere()
    {
        string python = RealProgram.Find("python3");
        using TempFolder folder = new();
        using TestServer server = TestServer.Echo();
        IPEndPoint address = new(IPAddress.Loopback, UnusedPort.Next());
        await File.WriteAllTextAsync(folder["words"], "down#too many apples\n");
        await using ChildProcess agent =
            ChildProcess.Start(python, ["-c", Program, $"{address.Port}", folder["words"]]);
        await agent.ListensAsync(address);
        DaemonFile file = new(server.EndPoint)
        {
            Service = $"[service.test.health]\nagent_port = {address.Port}\nagent_interval = \"20ms\"",
        };
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(file);

        string list = (await daemon.AskAsync("backend", "list")).Output;
        using JsonDocument status = JsonDocument.Parse(await daemon.PageAsync("/status.json"));
        JsonElement shown = status.RootElement.GetProperty("backends")[0];
        string metrics = await daemon.PageAsync("/metrics");
        Assert.Multiple(() =>
        {
            Assert.That(list, Does.Match($@"(?m)^test/{server.EndPoint} +agent_down .*agent down: too many apples"));
            Assert.That(shown.GetProperty("agent").GetProperty("reason").GetString(), Is.EqualTo("too many apples"));
            Assert.That(shown.GetProperty("agent").GetProperty("down").GetBoolean(), Is.True);
            Assert.That(shown.GetProperty("health").GetString(), Is.EqualTo("up"), "the probes say otherwise");
            Assert.That(metrics, Does.Match("l4balancer_backend_state{.*state=\"agent_down\"} 1"));
        });

        await File.WriteAllTextAsync(folder["words"], "up 40% maxconn:12\n");
        await Eventually.TrueAsync(
            () => daemon.PageAsync("/metrics").Result.Contains("} 40\n", StringComparison.Ordinal), "its weight");
        list = (await daemon.AskAsync("backend", "list")).Output;
        Assert.That(list, Does.Contain("agent says up 40% maxconn:12"));
        Assert.That(await daemon.PageAsync("/metrics"), Does.Match("l4balancer_backend_agent_max_connections{.*} 12"));
        using Socket client = await daemon.OpenAsync();
    }
}
