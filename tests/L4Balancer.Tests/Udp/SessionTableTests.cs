using System.Net;
using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Net;
using L4Balancer.Udp;
using NUnit.Framework;

namespace L4Balancer.Tests.Udp;

/// <summary>A session is found by its flow and by no other, whatever came and went before.</summary>
public sealed class SessionTableTests
{
    private const int StepsOfAWalk = 400;

    private static readonly FlowKey Flow = new(
        new IpEndpoint(IpAddress.From(IPAddress.Parse("2001:db8::7")), 40_000, ScopeId: 3),
        new IpEndpoint(IpAddress.From(IPAddress.Parse("2001:db8::1")), 53),
        FlowProtocol.Udp);

    /// <summary>Flows that differ from <see cref="Flow"/> in one field, 60 of each field.</summary>
    private static readonly FlowKey[] Neighbours =
    [
        .. from step in Enumerable.Range(1, 60)
           let word = (ulong)step << step
           from flow in new[]
           {
               Flow with { Client = Flow.Client with { Port = (ushort)(40_000 + step) } },
               Flow with { Client = Flow.Client with { ScopeId = 3 + (uint)step } },
               Flow with { Client = Flow.Client with { Address = Shifted(Flow.Client.Address, word, 0) } },
               Flow with { Client = Flow.Client with { Address = Shifted(Flow.Client.Address, 0, word) } },
               Flow with { Local = Flow.Local with { Port = (ushort)(53 + step) } },
               Flow with { Local = Flow.Local with { Address = Shifted(Flow.Local.Address, word, 0) } },
               Flow with { Local = Flow.Local with { Address = Shifted(Flow.Local.Address, 0, word) } },
           }
           select flow,
    ];

    private readonly LooseSessions _sessions = new();

    [OneTimeTearDown]
    public void DisposeSessions() => _sessions.Dispose();

    /// <param name="most">
    /// Sessions at most: 32 fill the first 64 slots to the half, so that nearly every one has neighbours; 300 make it
    /// grow.
    /// </param>
    [TestCase(32)]
    [TestCase(300)]
    public void Find_AfterAnyAddsAndRemoves_FindsWhatADictionaryDoes(int most) =>
        Prop.ForAll<int>(seed => Walk(new Random(seed), most)).QuickCheckThrowOnFailure();

    [Test]
    public void Find_FlowsThatDifferInOneField_EachHasItsOwn()
    {
        SessionTable table = new();
        UdpSession[] sessions = [.. Neighbours.Append(Flow).Select(flow => _sessions.Make(flow))];
        foreach (UdpSession session in sessions) table.Add(session);

        Assert.That(table.Count, Is.EqualTo(sessions.Length));
        foreach (UdpSession session in sessions) Assert.That(table.Find(session.Flow), Is.SameAs(session));
    }

    [Test]
    public void Find_FlowIsThereOrNot_AllocatesNothing()
    {
        SessionTable table = new();
        for (int i = 0; i < Neighbours.Length; i += 2) table.Add(_sessions.Make(Neighbours[i]));

        Assert.That(
            Allocations.OfThousand(i => table.Find(Neighbours[i % (ulong)Neighbours.Length])), Is.Zero);
    }

    [Test]
    public void Add_RemoveInTurns_TheTableDoesNotAllocateAnew()
    {
        SessionTable table = new();
        UdpSession[] sessions = [.. Neighbours.Select(flow => _sessions.Make(flow))];
        Assert.That(
            Allocations.OfThousand(i =>
            {
                UdpSession session = sessions[i % (ulong)sessions.Length];
                table.Add(session);
                table.Remove(session);
            }),
            Is.Zero);
    }

    private static IpAddress Shifted(IpAddress address, ulong high, ulong low) =>
        new(address.High ^ high, address.Low ^ low);

    /// <summary>
    /// Adds while the walk goes up and removes while it goes down, and asks for any flow after each step.
    /// </summary>
    private bool Walk(Random random, int most)
    {
        SessionTable table = new();
        Dictionary<FlowKey, UdpSession> oracle = [];
        bool isUpward = true;
        for (int step = 0; step < StepsOfAWalk; step++)
        {
            if (oracle.Count == 0 || oracle.Count == most) isUpward = oracle.Count == 0;
            FlowKey flow = Neighbours[random.Next(Neighbours.Length)];
            bool adds = random.Next(4) == 0 ? !isUpward : isUpward;
            if (adds) Add(table, oracle, flow);
            else Remove(table, oracle, random);

            FlowKey asked = Neighbours[random.Next(Neighbours.Length)];
            if (table.Find(asked) != oracle.GetValueOrDefault(asked) || table.Count != oracle.Count) return false;
        }

        return Neighbours.All(flow => table.Find(flow) == oracle.GetValueOrDefault(flow));
    }

    private void Add(SessionTable table, Dictionary<FlowKey, UdpSession> oracle, in FlowKey flow)
    {
        if (oracle.ContainsKey(flow)) return;

        UdpSession session = _sessions.Make(flow);
        oracle.Add(flow, session);
        table.Add(session);
    }

    private static void Remove(SessionTable table, Dictionary<FlowKey, UdpSession> oracle, Random random)
    {
        if (oracle.Count == 0) return;

        UdpSession session = oracle.Values.ElementAt(random.Next(oracle.Count));
        oracle.Remove(session.Flow);
        table.Remove(session);
    }
}
