using System.Net;
using L4Balancer.Net;
using NUnit.Framework;

namespace L4Balancer.Tests.Net;

/// <summary>Which clients belong together.</summary>
internal sealed class HashOnTests
{
    private static readonly HashOn Network = HashOn.SourcePrefix(24, 56);

    [TestCase("192.0.2.1", "192.0.2.254", true)]
    [TestCase("192.0.2.1", "192.0.3.1", false)]
    [TestCase("192.0.2.1", "::ffff:192.0.2.9", true)]
    [TestCase("2001:db8:0:100::1", "2001:db8:0:1ff:ffff::1", true)]
    [TestCase("2001:db8:0:100::1", "2001:db8:0:200::1", false)]
    public void Compute_SourcePrefix_IsTheSameForANetworkAlone(string one, string other, bool same) => Assert.That(
        Hash(one, Network) == Hash(other, Network), Is.EqualTo(same));

    [Test]
    public void Compute_WholePrefix_IsTheSource() => Assert.Multiple(() =>
    {
        Assert.That(HashOn.SourcePrefix(32, 128), Is.EqualTo(HashOn.Source));
        Assert.That(Hash("192.0.2.1", HashOn.SourcePrefix(32, 64)), Is.EqualTo(Hash("192.0.2.1", HashOn.Source)));
    });

    /// <summary>Recipe: the network's address is that of a client that has it, hashed as a source.</summary>
    [Test]
    public void Compute_SourcePrefix_IsTheHashOfTheNetworksFirstAddress() =>
        Assert.That(Hash("192.0.2.77", Network), Is.EqualTo(Hash("192.0.2.0", HashOn.Source)));

    private static ulong Hash(string client, HashOn hashOn)
    {
        FlowKey flow = new(
            IpEndpoint.From(new IPEndPoint(IPAddress.Parse(client), client.Length)),
            new IpEndpoint(IpAddress.FromV4(1), 80),
            FlowProtocol.Tcp);
        return FlowHash.Compute(flow, hashOn, 0);
    }
}
