using System.Net;
using System.Security.Cryptography;
using System.Text;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Conversations with Redis, where either side may speak first and both may wait.</summary>
public sealed class RedisTests
{
    private TempFolder _folder = null!;
    private ChildProcess _redis = null!;
    private DaemonProcess _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        string program = RealProgram.Find("redis-server");
        IPEndPoint address = new(IPAddress.Loopback, UnusedPort.Next());
        _folder = new TempFolder();
        string[] options = ["--dir", _folder.Path, "--save", "", "--appendonly", "no"];
        _redis = ChildProcess.Start(program, ["--bind", "127.0.0.1", "--port", $"{address.Port}", .. options]);
        await _redis.ListensAsync(address);
        _daemon = await DaemonProcess.StartAsync(new DaemonFile(address));
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        if (_redis is not null) await _redis.DisposeAsync();
        _folder?.Dispose();
    }

    [Test]
    public async Task Redis_BinaryValues_ComeBackAsTheyWere()
    {
        using RespConnection redis = await ConnectAsync();
        Assert.That(await redis.CallAsync("PING"), Is.EqualTo("PONG"));
        foreach (int size in (int[])[0, 1, 1000, 5_000_000])
        {
            byte[] value = RandomNumberGenerator.GetBytes(size);
            await redis.CallAsync("SET", "value", value);
            Assert.That(await redis.CallAsync("GET", "value"), Is.EqualTo(value), $"{size} bytes");
        }
    }

    [Test]
    public async Task Redis_ThousandCommandsInOneSend_AreAnsweredInOrder()
    {
        const int Commands = 1000;
        using RespConnection redis = await ConnectAsync();

        byte[] command = RespConnection.Command("INCR", "pipelined");
        await redis.SendAsync([.. Enumerable.Repeat(command, Commands).SelectMany(static bytes => bytes)]);

        for (long i = 1; i <= Commands; i++) Assert.That(await redis.ReceiveAsync(), Is.EqualTo(i));
    }

    [Test]
    public async Task Redis_Publish_ReachesTheSubscriber()
    {
        using RespConnection subscriber = await ConnectAsync();
        using RespConnection publisher = await ConnectAsync();
        await subscriber.CallAsync("SUBSCRIBE", "news");

        Assert.That(await publisher.CallAsync("PUBLISH", "news", "first"), Is.EqualTo(1));
        Assert.That(await publisher.CallAsync("PUBLISH", "news", "second"), Is.EqualTo(1));

        Assert.That(Texts(await subscriber.ReceiveAsync()), Is.EqualTo(new[] { "message", "news", "first" }));
        Assert.That(Texts(await subscriber.ReceiveAsync()), Is.EqualTo(new[] { "message", "news", "second" }));
    }

    [Test]
    public async Task Redis_BlockedPop_IsWokenByAnotherConnection()
    {
        using RespConnection waiting = await ConnectAsync();
        using RespConnection other = await ConnectAsync();
        await waiting.SendAsync(RespConnection.Command("BLPOP", "queue", "0"));
        while (!Text(await other.CallAsync("INFO", "clients")).Contains("blocked_clients:1", StringComparison.Ordinal))
        {
        }

        await other.CallAsync("RPUSH", "queue", "work");

        Assert.That(Texts(await waiting.ReceiveAsync()), Is.EqualTo(new[] { "queue", "work" }));
    }

    private Task<RespConnection> ConnectAsync() => RespConnection.ConnectAsync(_daemon.Address);

    private static string Text(object? reply) => Encoding.UTF8.GetString((byte[])reply!);

    private static string[] Texts(object? reply) => [.. ((object?[])reply!).Select(Text)];
}
