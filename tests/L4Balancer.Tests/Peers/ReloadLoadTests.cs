using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>A daemon whose configuration changes all the time while clients use it.</summary>
internal sealed class ReloadLoadTests
{
    private const int Reloads = 200;
    private const int WarmUp = 40; // By then the runtime has compiled and loaded what it needs.
    private const int Flows = 500;

    /// <summary>Kernel pipes, probes and what the collector has not closed yet come and go.</summary>
    private const int DescriptorSlack = 40;
    private const int MemorySlackKib = 24 * 1024;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(300); // 200 of them are the minute.

    private readonly TestServer[] _steady = [TestServer.Echo(), TestServer.Echo()];
    private readonly TestServer[] _coming = [TestServer.Echo(), TestServer.Echo(), TestServer.Echo()];
    private readonly int[] _ports = [UnusedPort.Next(), UnusedPort.Next(), UnusedPort.Next(), UnusedPort.Next()];

    [TearDown]
    public void CloseServers()
    {
        foreach (TestServer server in _steady.Concat(_coming)) server.Dispose();
    }

    [Test]
    public async Task Reload_TwoHundredTimesUnderLoad_NobodyIsRefusedOrResetAndNothingGrows()
    {
        using TempFolder folder = new();
        string config = Write(folder, 0);
        await using ChildProcess daemon = ChildProcess.Start(
            DaemonProgram.FullPath, ["run", "--config", config], DaemonProgram.Runtime, ("NOTIFY_SOCKET", ""));
        await UpgradeRig.SaysAsync(daemon, " ready");
        using AdminCaller control = AdminCaller.Over(folder["admin.sock"]);

        IPEndPoint address = new(IPAddress.Loopback, _ports[0]);
        using CheckedFlows flows = await CheckedFlows.OpenAsync(address, Flows);
        ConnectLoad load = new(address);
        (long Kib, int Descriptors) before = default;
        for (int number = 1; number <= Reloads; number++)
        {
            long began = Stopwatch.GetTimestamp();
            Write(folder, number);
            AdminReply reply = await control.PostAsync("/reload");
            Assert.That(reply.Status, Is.EqualTo(HttpStatusCode.OK), reply.Body);
            Assert.That(reply.Json.GetProperty("changes").GetArrayLength(), Is.GreaterThanOrEqualTo(4), reply.Body);
            Assert.That(await TakesAsync(ComingPort(number)), Is.True, "the added listener");
            if (number == WarmUp) before = (daemon.View.ResidentKiB, daemon.View.Descriptors);

            // The load has its share of the time: reloads one right after the other would be all that it sees.
            TimeSpan left = Pace - Stopwatch.GetElapsedTime(began);
            if (left > TimeSpan.Zero) await Task.Delay(left);
        }

        (long Kib, int Descriptors) after = (daemon.View.ResidentKiB, daemon.View.Descriptors);
        await load.StopAsync();
        long bytes = await flows.StopAsync();
        TestContext.Out.WriteLine($"{load.Completed} connections, {bytes} bytes, before {before}, after {after}");
        Assert.Multiple(() =>
        {
            Assert.That(load.Failures, Is.Empty);
            Assert.That(load.Completed, Is.GreaterThan(Reloads));
            Assert.That(bytes, Is.GreaterThan(0));
            Assert.That(after.Descriptors, Is.LessThan(before.Descriptors + DescriptorSlack));
            Assert.That(after.Kib, Is.LessThan(before.Kib + MemorySlackKib));
        });
    }

    /// <summary>Each has other weights than the last, another backend, and another listener.</summary>
    private string Write(TempFolder folder, int number)
    {
        string path = folder["l4balancer.toml"];
        string coming = _coming[number % _coming.Length].EndPoint.ToString();
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            [global]
            shards = 2
            [admin]
            listen = ""
            socket = "{{folder["admin.sock"]}}"
            [service.web]
            listen = ["127.0.0.1:{{_ports[0]}}", "127.0.0.1:{{ComingPort(number)}}"]
            [[service.web.backend]]
            address = "{{_steady[0].EndPoint}}"
            weight = {{1 + (number % 5)}}
            [[service.web.backend]]
            address = "{{_steady[1].EndPoint}}"
            weight = {{1 + (number % 3)}}
            [[service.web.backend]]
            address = "{{coming}}"
            """);
        File.WriteAllText(path, text);
        return path;
    }

    private int ComingPort(int number) => _ports[1 + (number % (_ports.Length - 1))];

    private static async Task<bool> TakesAsync(int port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port)).Within();
        await socket.SendTextAsync("x");
        return await socket.ReceiveTextAsync(1) == "x";
    }
}
