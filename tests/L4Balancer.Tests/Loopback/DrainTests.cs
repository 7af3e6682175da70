using System.Net.Sockets;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>How a balancer ends.</summary>
public sealed class DrainTests
{
    [Test]
    public async Task Drain_FlowIsOpen_ItGoesOnAndNewOnesAreRefused()
    {
        await using Link link = await Link.OpenAsync();
        Task<int> draining = link.Balancer.Balancer.DrainAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        await DrainingAsync(link.Balancer);
        bool answered = await link.Balancer.Balancer.AnswersAsync(TimeSpan.FromSeconds(20));
        Assert.That(answered, Is.True, "what was posted before, the end of listening, has been done");
        Assert.That(IsRefused(link.Balancer), Is.True);

        await link.Client.SendTextAsync("goes on");
        Assert.That(await link.Server.ReceiveTextAsync(7), Is.EqualTo("goes on"));
        Assert.That(draining.IsCompleted, Is.False);

        link.Client.Close();
        link.Server.Close();
        Assert.That(await draining.Within(), Is.Zero);
        Assert.That(await link.ReasonAsync(), Is.EqualTo(CloseReason.Normal));
    }

    [Test]
    public async Task Drain_TimeIsOver_WhatIsLeftIsClosedWithShutdown()
    {
        await using Link link = await Link.OpenAsync();
        int cutOff = await link.Balancer.Balancer.DrainAsync(TimeSpan.Zero, CancellationToken.None).Within();

        Assert.That(cutOff, Is.EqualTo(1));
        Assert.That(await link.Client.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(await link.ReasonAsync(), Is.EqualTo(CloseReason.Shutdown));
    }

    [Test]
    public async Task Drain_ToldToEndNow_EndsBeforeItsTime()
    {
        await using Link link = await Link.OpenAsync();
        using CancellationTokenSource endNow = new();
        Task<int> draining = link.Balancer.Balancer.DrainAsync(TimeSpan.FromMinutes(10), endNow.Token);
        await endNow.CancelAsync();

        Assert.That(await draining.Within(), Is.EqualTo(1));
    }

    [Test]
    public async Task Drain_ClientsWaitAtTheLimit_EndsAllTheSame()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [server.EndPoint], static service => service with { MaxConnections = 1 });
        using Socket served = await balancer.ConnectAsync();
        await served.SendTextAsync("x");
        await served.ReceiveTextAsync(1);
        using Socket waiting = await balancer.ConnectAsync();

        Assert.That(await balancer.Balancer.DrainAsync(TimeSpan.Zero, CancellationToken.None).Within(), Is.EqualTo(1));
    }

    /// <summary>Returns once a drain has begun: it waits for who changes something else.</summary>
    internal static Task DrainingAsync(RunningBalancer balancer) =>
        Eventually.TrueAsync(() => !balancer.Balancer.IsReady, "a balancer that is no longer ready");

    private static bool IsRefused(RunningBalancer balancer)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(balancer.Address);
            return false;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return true;
        }
    }
}
