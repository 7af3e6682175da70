using System.Net;
using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>The admin side where flows have taken every place, and where its own connections have.</summary>
public sealed class AdminLimitTests
{
    private const int FewDescriptors = 320;
    private const int ManyClients = 64;

    private static readonly string[] Pages =
    [
        "/", "/metrics", "/healthz", "/ready", "/status.json", "/services", "/backends", "/connections", "/top",
        "/events?follow=false", "/history.json", "/ring.json?pool=test", "/config", "/config/diff",
    ];

    [Test]
    public async Task EveryPage_WhileFlowsHaveEveryPlace_IsAnsweredForTheFirstTimeToo()
    {
        using TestServer server = TestServer.Echo();
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(server.EndPoint), FewDescriptors);
        List<Socket> clients = [];
        try
        {
            for (int i = 0; i < ManyClients; i++)
            {
                Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                clients.Add(client);
                await client.ConnectAsync(daemon.Address).Within();
                await client.SendTextAsync("ping");
            }

            await daemon.LoggedAsync("pauses accepting");
            using AdminCaller control = daemon.Control;
            using AdminCaller reader = daemon.Reader;
            foreach (string page in Pages)
            {
                Assert.That((await control.GetAsync(page)).Status, Is.EqualTo(HttpStatusCode.OK), page);
                Assert.That((await reader.GetAsync(page)).Status, Is.EqualTo(HttpStatusCode.OK), page);
            }

            Assert.That((await control.PostAsync("/reload")).Status, Is.EqualTo(HttpStatusCode.OK));
            AdminReply killed = await control.PostAsync("/connections/kill", new { client = "127.0.0.1" });
            Assert.That(killed.Json.GetProperty("killed").GetInt32(), Is.GreaterThan(0));
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }
    }

    [Test]
    public async Task ControlSocket_WhileTheReadOnlyAddressIsFull_StillAnswers()
    {
        using TestServer server = TestServer.Echo();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(server.EndPoint));
        using AdminCaller control = daemon.Control;
        List<Socket> idle = [];
        try
        {
            AdminReply? refused = null;
            for (int i = 0; i < ManyClients && refused is null; i++)
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                idle.Add(socket);
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, daemon.File.AdminPort)).Within();
                using AdminCaller reader = daemon.Reader;
                AdminReply reply = await reader.GetAsync("/ready");
                if (reply.Status != HttpStatusCode.OK) refused = reply;
            }

            Assert.That(refused?.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(refused!.Error, Does.StartWith("too many connections"));
            Assert.That((await control.GetAsync("/ready")).Status, Is.EqualTo(HttpStatusCode.OK));
        }
        finally
        {
            idle.ForEach(static socket => socket.Dispose());
        }

        using AdminCaller again = daemon.Reader;
        await Eventually.TrueAsync(
            () => again.GetAsync("/ready").Result.Status == HttpStatusCode.OK, "the read-only address answers again");
    }
}
