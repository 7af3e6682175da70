using System.Net;
using L4Balancer.Net;
using L4Balancer.Udp;
using NUnit.Framework;

namespace L4Balancer.Tests.Udp;

/// <summary>Which senders are this process itself.</summary>
public sealed class OwnAddressesTests
{
    private static readonly OwnAddresses Own =
        Listening("192.0.2.1:53", "192.0.2.2:53", "0.0.0.0:514", "[::]:5060", "[2001:db8::1]:53");

    [TestCase("192.0.2.1:53", true)]
    [TestCase("192.0.2.2:53", true)]
    [TestCase("[2001:db8::1]:53", true)]
    [TestCase("192.0.2.3:53", false, Description = "another address")]
    [TestCase("192.0.2.1:54", false, Description = "another port")]
    [TestCase("127.0.0.1:53", false, Description = "an address of this host that nobody listens on")]
    [TestCase("127.0.0.1:514", true, Description = "all addresses of this host")]
    [TestCase("127.9.9.9:514", true)]
    [TestCase("198.51.100.7:514", false, Description = "an address of another host")]
    [TestCase("[::1]:5060", true)]
    [TestCase("[2001:db8::9]:5060", false)]
    public void Contains_Sender_OnlyWhereItIsOne(string sender, bool isOwn) =>
        Assert.That(Own.Contains(Endpoint(sender)), Is.EqualTo(isOwn));

    [Test]
    public void Contains_NobodyListens_Nobody() =>
        Assert.That(new OwnAddresses().Contains(Endpoint("127.0.0.1:53")), Is.False);

    [Test]
    public void Contains_OrdinaryClient_AllocatesNothing()
    {
        IpEndpoint client = Endpoint("198.51.100.7:40000");
        Assert.That(
            Allocations.OfThousand(i => Own.Contains(client with { Port = (ushort)(40_000 + i) })), Is.Zero);
    }

    private static OwnAddresses Listening(params string[] addresses)
    {
        OwnAddresses own = new();
        own.Set(addresses.Select(Endpoint));
        return own;
    }

    private static IpEndpoint Endpoint(string text) => IpEndpoint.From(IPEndPoint.Parse(text));
}
