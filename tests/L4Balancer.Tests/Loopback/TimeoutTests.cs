using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>
/// When sessions are given up. The times are lower bounds; how late a timer may be is the wheel's own test.
/// </summary>
public sealed class TimeoutTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(1); // Where it must not be over before the test.
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Test]
    public async Task Idle_NothingIsSent_ClosedWithIdle()
    {
        await using Link link = await OpenAsync(new() { Idle = Short });

        Assert.That(await link.Client.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(await link.Server.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        FlowRecord record = await link.Balancer.RecordAsync();
        Assert.That(record.Reason, Is.EqualTo(CloseReason.Idle));
        Assert.That(record.Duration, Is.GreaterThanOrEqualTo(Short));
    }

    [Test]
    public async Task Idle_EitherDirectionMoves_TheSessionGoesOn()
    {
        await using Link link = await OpenAsync(new() { Idle = Patient });
        long started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < Patient * 1.5)
        {
            await link.Server.SendTextAsync("tick");
            await link.Client.ReceiveTextAsync(4);
        }

        await link.Client.SendTextAsync("alive");
        Assert.That(await link.Server.ReceiveTextAsync(5), Is.EqualTo("alive"));
    }

    [Test]
    public async Task HalfClose_OtherSideSaysNothing_ClosedWithHalfCloseTimeout()
    {
        await using Link link = await OpenAsync(new() { Idle = Long, HalfClose = Short });
        link.Client.Shutdown(SocketShutdown.Send);

        Assert.That(await link.Server.EndAsync(), Is.Null, "the client's end arrives");
        Assert.That(await link.Client.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(await link.ReasonAsync(), Is.EqualTo(CloseReason.HalfCloseTimeout));
    }

    [Test]
    public async Task HalfClose_AnswerTakesLongerThanTheTimeout_IsNotCut()
    {
        await using Link link = await OpenAsync(new() { Idle = Long, HalfClose = Patient });
        link.Client.Shutdown(SocketShutdown.Send);
        long started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < Patient * 1.5)
        {
            await link.Server.SendTextAsync("more");
            await link.Client.ReceiveTextAsync(4);
        }

        link.Server.Close();
        Assert.That(await link.Client.EndAsync(), Is.Null);
        Assert.That(await link.ReasonAsync(), Is.EqualTo(CloseReason.Normal));
    }

    [Test]
    public async Task HalfClose_SessionWasIdleForLongerThanTheTimeout_AnswerStillArrives()
    {
        await using Link link = await OpenAsync(new() { Idle = Long, HalfClose = Patient });
        await link.Client.SendTextAsync("long ago");
        await link.Server.ReceiveTextAsync(8);
        await Task.Delay(Patient * 1.2); // That nothing is sent for so long is what this is about.

        link.Client.Shutdown(SocketShutdown.Send);
        Assert.That(await link.Server.EndAsync(), Is.Null);
        await link.Server.SendTextAsync("bye");
        link.Server.Close();
        Assert.That(await link.Client.ReceiveToEndAsync(), Is.EqualTo("bye"u8.ToArray()));
        Assert.That(await link.ReasonAsync(), Is.EqualTo(CloseReason.Normal));
    }

    [Test]
    public async Task HalfClose_ServerAbortsAfterLongIdleness_IsStillAnAbort()
    {
        await using Link link = await OpenAsync(new() { Idle = Long, HalfClose = Short });
        await Task.Delay(Short * 2); // That nothing is sent for so long is what this is about.

        link.Server.Reset();
        Assert.That(await link.Client.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That(await link.ReasonAsync(), Is.EqualTo(CloseReason.ServerAbort));
    }

    [Test]
    public async Task Lifetime_SessionIsBusy_ClosedAllTheSame()
    {
        await using Link link = await OpenAsync(new() { Idle = Long, Lifetime = Short });
        Task<SocketError?> end = link.Client.EndAsync();
        while (!end.IsCompleted)
        {
            try
            {
                await link.Server.SendAsync("tick"u8.ToArray());
            }
            catch (SocketException)
            {
                break; // Cut off, as it should be.
            }
        }

        Assert.That(await end.Within(), Is.EqualTo(SocketError.ConnectionReset));
        FlowRecord record = await link.Balancer.RecordAsync();
        Assert.That(record.Reason, Is.EqualTo(CloseReason.Lifetime));
        Assert.That(record.Duration, Is.GreaterThanOrEqualTo(Short));
    }

    [Test]
    public async Task Timeouts_AllOff_NoTimerIsArmed()
    {
        await using Link link = await OpenAsync(
            new() { Connect = Short, Idle = TimeSpan.Zero, HalfClose = TimeSpan.Zero });
        await link.Client.SendTextAsync("x");
        await link.Server.ReceiveTextAsync(1);

        await Eventually.TrueAsync(
            () => link.Balancer.Balancer.Shards.Sum(static shard => shard.Timers.Count) == 0,
            "no timer, once the connect's is over");
    }

    [Test]
    public async Task Timeouts_LongestThatThereIs_NothingIsCut()
    {
        TimeSpan most = TimeSpan.MaxValue;
        TimeoutConfig timeouts = new() { Connect = most, Idle = most, HalfClose = most, Lifetime = most };
        await using Link link = await OpenAsync(timeouts);
        link.Client.Shutdown(SocketShutdown.Send);
        Assert.That(await link.Server.EndAsync(), Is.Null);
        await link.Server.SendTextAsync("bye");
        link.Server.Close();

        Assert.That(await link.Client.ReceiveToEndAsync(), Is.EqualTo("bye"u8.ToArray()));
    }

    private static Task<Link> OpenAsync(TimeoutConfig timeouts) =>
        Link.OpenAsync(change: service => service with { Timeouts = timeouts });
}
