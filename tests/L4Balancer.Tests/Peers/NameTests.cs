using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Backends by name, resolved by the system's resolver.</summary>
public sealed class NameTests
{
    /// <summary>
    /// The daemon sees a hosts file of the test's, in a mount namespace of its own, to which the name is added later.
    /// </summary>
    [Test]
    public async Task Backend_NameResolvesOnlyLater_IsServedFromThenOn()
    {
        if (!Environment.IsPrivilegedProcess) Assert.Ignore("only root may give the daemon a hosts file of its own");
        using TestServer server = TestServer.Echo();
        using TempFolder folder = new();
        string hosts = folder["hosts"];
        await File.WriteAllTextAsync(hosts, "127.0.0.1 localhost\n");
        DaemonFile file = new($"late.invalid:{server.EndPoint.Port}") { Service = "health.interval = \"50ms\"" };
        string mount = $"mount --bind '{hosts}' /etc/hosts && exec \"$0\" \"$@\"";
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(
            file, [RealProgram.Find("unshare"), "--mount", "--", "/bin/bash", "-c", mount]);
        await daemon.LoggedAsync("late.invalid does not resolve");

        // Written in place: the mount is of this very file.
        await File.WriteAllTextAsync(hosts, "127.0.0.1 localhost late.invalid\n");
        await daemon.LoggedAsync("addresses of late.invalid: 1 now; added 127.0.0.1");
        await daemon.LoggedAsync("serves with 1 of 1");

        using Socket client = new(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(daemon.Address);
        await client.SendTextAsync("hello");
        Assert.That(await client.ReceiveTextAsync(5), Is.EqualTo("hello"));
    }
}
