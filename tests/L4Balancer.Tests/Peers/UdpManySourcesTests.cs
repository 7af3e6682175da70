using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>More clients than the session table may hold, as a flood with invented senders looks like.</summary>
public sealed class UdpManySourcesTests
{
    private const int Sources = 1_000_000;
    private const int MaxSessions = 10_000;
    private const int ObservedEach = 50_000;
    private const int GrowthKiB = 8 * 1024; // What a half million sources leaves behind where each leaves 16 bytes.
    private const string Active = "l4balancer_udp_sessions_active{service=\"test\"}";

    /// <summary>What the daemon holds at most: a descriptor for each session, and the reserve.</summary>
    private const int DescriptorsNeeded = MaxSessions + 1000;

    /// <summary>What fits into the listeners' buffers: only root's are larger than net.core.rmem_max.</summary>
    private static readonly int AtOnce = Environment.IsPrivilegedProcess ? 10_000 : 500;

    [Test]
    public async Task Sources_AMillionAgainstTenThousandSessions_MemoryStaysFlatAndAllIsGivenBack()
    {
        if (ProcessView.OwnDescriptorLimit < DescriptorsNeeded) Assert.Ignore($"needs ulimit -n {DescriptorsNeeded}");
        using UdpServer server = UdpServer.Echo();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(server.EndPoint)
        {
            Protocol = "udp",
            Flows = "none",
            Service =
                $"""
                timeouts.idle = "3s"
                udp.max_sessions = {MaxSessions}
                """,
        });
        using UdpFlood flood = new(daemon.Address);
        await flood.SendAsync(1);
        await daemon.MetricsAsync(); // By now what is loaded for either is there.
        int before = daemon.View.Descriptors;

        double most = 0;
        long halfway = 0;
        while (flood.Sources < Sources)
        {
            await flood.SendAsync(Math.Min(AtOnce, AtOnce - (flood.Sources % AtOnce)));
            server.Received.Clear();
            if (flood.Sources % ObservedEach == 0) most = Math.Max(most, await daemon.MetricAsync(Active));
            if (flood.Sources == Sources / 2) halfway = daemon.View.ResidentKiB;
        }

        long growth = daemon.View.ResidentKiB - halfway;
        TestContext.Out.WriteLine($"{most} sessions at most; {halfway} KiB halfway, {growth} KiB more at the end");
        Assert.That(most, Is.InRange(MaxSessions / 2, MaxSessions));
        Assert.That(growth, Is.LessThan(GrowthKiB));
        await Eventually.TrueAsync(() => daemon.MetricAsync(Active).Result == 0, "every session has ended");
        await Eventually.TrueAsync(() => daemon.View.Descriptors <= before, $"{before} descriptors as before");

        MetricsPage end = await daemon.MetricsAsync();
        double lost = end["l4balancer_udp_datagrams_dropped_total{reason=\"receive_buffer\""];
        double passedOn = end["l4balancer_udp_datagrams_total{direction=\"to_server\""];
        double refused = end["l4balancer_udp_datagrams_dropped_total{reason=\"limit\""];
        double sessions = end["l4balancer_udp_sessions_total"];
        TestContext.Out.WriteLine($"{sessions} sessions, {passedOn} passed on, {refused} refused, {lost} lost");
        Assert.That(passedOn + refused + lost, Is.EqualTo(flood.Datagrams));
        Assert.That(sessions + refused + lost, Is.GreaterThanOrEqualTo(Sources), "sources seen");
    }
}
