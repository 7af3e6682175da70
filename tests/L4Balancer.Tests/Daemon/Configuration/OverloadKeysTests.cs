using L4Balancer.Config;
using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>How limits of backends, queues and slow starts are written, and what is wrong with others.</summary>
internal sealed class OverloadKeysTests
{
    private const string Tcp =
        "[service.web]\nlisten = \"*:80\"\nbackends = [{ address = \"a:1\", max_connections = 3 }]\n";


    private const string Udp = "[service.dns]\nlisten = \"*:53\"\nprotocol = \"udp\"\nbackends = [\"a:1\"]\n";

    [Test]
    public void Parse_EveryKey_IsRead()
    {
        PoolConfig pool = Good(
            $"{Tcp}on_down = \"close\"\nqueue = {{ size = 7, timeout = \"90ms\" }}\nslow_start.duration = \"1m\"")
            .Services.Single().Pool;

        Assert.That(pool.Queue, Is.EqualTo(new QueueConfig { Size = 7, Timeout = TimeSpan.FromMilliseconds(90) }));
        Assert.That(pool.SlowStart.Duration, Is.EqualTo(TimeSpan.FromMinutes(1)));
        Assert.That(pool.OnDown, Is.EqualTo(OnDown.Close));
        Assert.That(pool.Backends.Single().MaxConnections, Is.EqualTo(3));
    }

    [TestCase("queue.size = -1", "4:14: error: 'size' must be from 0 to 1000000, not -1")]
    [TestCase("queue.timeout = \"0s\"", "4:17: error: 'timeout' must be at least 1ms, not \"0s\"")]
    [TestCase("queue.sise = 1", "4:7: error: unknown key 'sise' in [service.web.queue]; did you mean 'size'?")]
    [TestCase("on_down = \"clos\"",
        "4:11: error: 'on_down' must be \"keep\" or \"close\", not \"clos\"; did you mean \"close\"?")]
    public void Parse_BadValue_SaysWhatAndWhere(string key, string problem) =>
        Assert.That(Problems($"{Tcp}{key}"), Is.EqualTo(new[] { problem }));

    [TestCase("queue.size = 1", "5:7: warning: datagrams do not wait, and only UDP services use these backends")]
    [TestCase("on_down = \"close\"",
        "5:1: warning: sessions of UDP move to other backends by themselves, and only UDP services use these")]
    public void Parse_KeyOfTcpForUdpAlone_IsAWarningInItsOwnTableAlone(string line, string warning)
    {
        Assert.That(Problems($"{Udp}{line}"), Is.EqualTo(new[] { warning }));
        Assert.That(Problems($"{Udp}[defaults]\n{line}"), Is.Empty);
    }

    [Test]
    public void Parse_QueueInFrontOfBackendsWithoutLimit_IsAWarning() => Assert.That(
        Problems("[service.web]\nlisten = \"*:80\"\nbackends = [\"a:1\"]\nqueue.size = 5"),
        Is.EqualTo(new[] { "4:7: warning: nobody will wait: no backend of [service.web] has max_connections" }));
}
