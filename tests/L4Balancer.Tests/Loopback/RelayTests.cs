using System.Net.Sockets;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>How streams and their ends pass through.</summary>
public sealed class RelayTests
{
    [Test]
    public async Task Relay_RequestAndReply_BothArrive()
    {
        using TestServer server = TestServer.Echo();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        using (Socket client = await balancer.ConnectAsync())
        {
            await client.SendTextAsync("hello");
            Assert.That(await client.ReceiveTextAsync(5), Is.EqualTo("hello"));
        }

        FlowRecord record = await balancer.RecordAsync();
        Assert.Multiple(() =>
        {
            Assert.That(record.Reason, Is.EqualTo(CloseReason.Normal));
            Assert.That((record.ClientBytes, record.ServerBytes), Is.EqualTo((5L, 5L)));
        });
    }
}
