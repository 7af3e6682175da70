using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Net;
using L4Balancer.Udp;
using NUnit.Framework;

namespace L4Balancer.Tests.Udp;

/// <summary>The list through the sessions is in the order of their last datagrams, read from either end.</summary>
public sealed class IdleOrderTests
{
    private readonly LooseSessions _sessions = new();

    [OneTimeTearDown]
    public void DisposeSessions() => _sessions.Dispose();

    [Test]
    public void Order_AfterAnyAddsTouchesAndRemoves_IsThatOfAPlainList() =>
        Prop.ForAll<int>(seed => Walk(new Random(seed))).QuickCheckThrowOnFailure();

    [Test]
    public void Oldest_LastOneIsRemoved_IsNone()
    {
        IdleOrder order = new();
        UdpSession session = _sessions.Make(default);
        order.Add(session);
        order.Touch(session);
        Assert.That(order.Oldest, Is.SameAs(session));
        order.Remove(session);
        Assert.That(order.Oldest, Is.Null);
    }

    private bool Walk(Random random)
    {
        IdleOrder order = new();
        List<UdpSession> oracle = []; // The oldest first.
        for (int step = 0; step < 200; step++)
        {
            UdpSession? one = oracle.Count == 0 ? null : oracle[random.Next(oracle.Count)];
            switch (random.Next(4))
            {
                case 0 or 1 when one is not null:
                    order.Touch(one);
                    oracle.Remove(one);
                    oracle.Add(one);
                    break;
                case 2 when one is not null:
                    order.Remove(one);
                    oracle.Remove(one);
                    break;
                default:
                    UdpSession added = _sessions.Make(new FlowKey(default, default, FlowProtocol.Udp));
                    order.Add(added);
                    oracle.Add(added);
                    break;
            }

            if (!IsInOrder(order, oracle)) return false;
        }

        return true;
    }

    private static bool IsInOrder(IdleOrder order, List<UdpSession> oracle)
    {
        UdpSession? at = order.Oldest;
        UdpSession? before = null;
        foreach (UdpSession expected in oracle)
        {
            if (at != expected || at.Older != before) return false;

            (before, at) = (at, at.Newer);
        }

        return at is null;
    }
}
