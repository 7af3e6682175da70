using L4Balancer.Bench.Load;
using L4Balancer.Bench.Load.Tcp;
using L4Balancer.Net;
using NUnit.Framework;

namespace L4Balancer.Tests.Load;

public sealed class LoadArgumentsTests
{
    [Test]
    public void Parse_AllOptions_AreTaken()
    {
        TcpLoadOptions? options = TcpLoadOptions.Parse(Words(
            "127.0.0.1:80 --connections 3 --seconds 1.5 --rate 7 --bytes 9 --latencies counted --warm-up 0 --watch 1"));

        Assert.That(options, Is.EqualTo(new TcpLoadOptions
        {
            Address = new(IpAddress.FromV4(0x7F00_0001), 80),
            Connections = 3,
            Rate = 7,
            Bytes = 9,
            CountsLatencies = true,
            Times = new LoadTimes(TimeSpan.Zero, TimeSpan.FromSeconds(1.5), 1),
        }));
    }

    [Test]
    public void Parse_WithoutOptions_HasTheDefaults()
    {
        TcpConnectOptions? options = TcpConnectOptions.Parse(Words("[::1]:80 --concurrency 1 --seconds 1"));

        Assert.That(options, Is.Not.Null);
        Assert.That((options!.Bytes, options.ReplyBytes, options.ServerCloses), Is.EqualTo((64, 128, true)));
        Assert.That(options.Times.WarmUp, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [TestCase("")]
    [TestCase("localhost:80 --concurrency 1 --seconds 1", Description = "no address")]
    [TestCase("127.0.0.1:80 --seconds 1", Description = "one is missing")]
    [TestCase("127.0.0.1:80 --concurrency 1 --seconds", Description = "no value")]
    [TestCase("127.0.0.1:80 --concurrency 0 --seconds 1", Description = "too small")]
    [TestCase("127.0.0.1:80 --concurrency x --seconds 1", Description = "no number")]
    [TestCase("127.0.0.1:80 --concurrency 1 --seconds NaN", Description = "no time")]
    [TestCase("127.0.0.1:80 --concurrency 1 --seconds 1 --close both", Description = "neither word")]
    [TestCase("127.0.0.1:80 --concurrency 1 --seconds 1 --seconds 2", Description = "twice")]
    [TestCase("127.0.0.1:80 --concurrency 1 --seconds 1 --rate 2", Description = "not of this command")]
    public void Parse_WhatIsWrong_IsRefused(string line) =>
        Assert.That(TcpConnectOptions.Parse(Words(line)), Is.Null);

    private static string[] Words(string line) => line.Split(' ');
}
