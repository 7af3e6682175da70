using System.Net;
using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Net;
using NUnit.Framework;

namespace L4Balancer.Tests.Net;

/// <summary>What of a flow its hash depends on, and that the layout does not change.</summary>
public sealed class FlowHashTests
{
    private static readonly FlowKey Flow = Key("192.0.2.7:40000", "198.51.100.1:443");

    /// <summary>
    /// Recipe: the 37 bytes of the documented layout through the reference program, <c>printf
    /// '\0\0\0\0\0\0\0\0\0\0\377\377\300\0\002\007\0\0\0\0\0\0\0\0\0\0\377\377\306\063\144\001\234\100\001\273\006' |
    /// xxhsum -H64</c>.
    /// </summary>
    [Test]
    public void Compute_FiveTuple_IsTheReferenceValueOfTheLayout() =>
        Assert.That(FlowHash.Compute(Flow, HashOn.FiveTuple, 0), Is.EqualTo(0x7497684d522b21d0UL));

    /// <summary>Recipe: the first 16 of those bytes.</summary>
    [Test]
    public void Compute_Source_IsTheReferenceValueOfTheLayout() =>
        Assert.That(FlowHash.Compute(Flow, HashOn.Source, 0), Is.EqualTo(0x750363e68386a2efUL));

    [Test]
    public void Compute_FiveTuple_DependsOnEveryPart()
    {
        FlowKey[] flows =
        [
            Flow,
            Key("192.0.2.8:40000", "198.51.100.1:443"),
            Key("192.0.2.7:40001", "198.51.100.1:443"),
            Key("192.0.2.7:40000", "198.51.100.2:443"),
            Key("192.0.2.7:40000", "198.51.100.1:444"),
            Flow with { Protocol = FlowProtocol.Udp },
        ];
        Assert.That(flows.Select(static flow => FlowHash.Compute(flow, HashOn.FiveTuple, 0)), Is.Unique);
    }

    [Test]
    public void Compute_Source_DependsOnTheClientsAddressAlone()
    {
        Prop.ForAll<int, int, int>(static (port, local, localPort) =>
        {
            FlowKey other = new(
                Flow.Client with { Port = (ushort)port },
                new IpEndpoint(IpAddress.FromV4((uint)local), (ushort)localPort),
                FlowProtocol.Udp);
            return FlowHash.Compute(other, HashOn.Source, 9) == FlowHash.Compute(Flow, HashOn.Source, 9);
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void Compute_ClientOfADualStackSocket_HashesLikeItsIpv4Address()
    {
        FlowKey mapped = new(
            IpEndpoint.From(new IPEndPoint(IPAddress.Parse("::ffff:192.0.2.7"), 40000)), Flow.Local, FlowProtocol.Tcp);
        ulong expected = FlowHash.Compute(Flow, HashOn.FiveTuple, 0);
        Assert.That(FlowHash.Compute(mapped, HashOn.FiveTuple, 0), Is.EqualTo(expected));
    }

    [Test]
    public void Compute_AnyFlow_AllocatesNothing() =>
        Assert.That(Allocations.OfThousand(static seed => FlowHash.Compute(Flow, HashOn.FiveTuple, seed)), Is.Zero);

    private static FlowKey Key(string client, string local) =>
        new(IpEndpoint.From(IPEndPoint.Parse(client)), IpEndpoint.From(IPEndPoint.Parse(local)), FlowProtocol.Tcp);
}
