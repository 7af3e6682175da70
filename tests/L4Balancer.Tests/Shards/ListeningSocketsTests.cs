using System.Net;
using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Shards;
using L4Balancer.Tests.Interop;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Shards;

/// <summary>Listening sockets that this process opens and those that it was given, on loopback.</summary>
internal sealed class ListeningSocketsTests
{
    private readonly List<int> _open = [];

    private static FlowProtocol[] Protocols => [FlowProtocol.Tcp, FlowProtocol.Udp];

    [TearDown]
    public void Close()
    {
        _open.ForEach(SocketCalls.Close);
        _open.Clear();
    }

    [TestCaseSource(nameof(Protocols))]
    public void Open_AllGiven_AreUsedInTheirOrder(FlowProtocol protocol)
    {
        ListeningDescriptor[] before = Open(protocol, shards: 3);
        using InheritedSockets inherited = Given(before);

        ListeningDescriptor[] after = Open(protocol, shards: 3, inherited, before[0].Address);

        Assert.That(after, Is.EqualTo(before));
        Assert.That(inherited.IsEmpty, "nothing is left");
    }

    [TestCaseSource(nameof(Protocols))]
    public void Open_FewerGivenThanShards_OthersJoinThem(FlowProtocol protocol)
    {
        ListeningDescriptor[] before = Open(protocol, shards: 1);

        ListeningDescriptor[] after = Open(protocol, shards: 3, Given(before), before[0].Address);

        Assert.Multiple(() =>
        {
            Assert.That(after, Has.Length.EqualTo(3));
            Assert.That(after[0], Is.EqualTo(before[0]));
            Assert.That(after.Select(static one => one.Address), Is.All.EqualTo(before[0].Address));
            Assert.That(after.Select(static one => one.Fd), Is.Unique);
        });
    }

    [TestCaseSource(nameof(Protocols))]
    public void Open_FewerGivenWhileTheyAreServed_NoneJoinsThem(FlowProtocol protocol)
    {
        ListeningDescriptor[] before = Open(protocol, shards: 1);
        using InheritedSockets inherited = new(before.Select(static one => new GivenDescriptor(one.Name, one.Fd)))
        {
            MayBeJoined = false,
        };

        Assert.That(Open(protocol, shards: 3, inherited, before[0].Address), Is.EqualTo(before));
    }

    [TestCaseSource(nameof(Protocols))]
    public void Open_MoreGivenThanShards_AllAreUsed(FlowProtocol protocol)
    {
        ListeningDescriptor[] before = Open(protocol, shards: 5);

        Assert.That(Open(protocol, shards: 2, Given(before), before[0].Address), Is.EqualTo(before));
    }

    [Test]
    public async Task Open_GivenOneIsAsAServiceManagerOpensIt_ItIsMadeAsOurs()
    {
        using Socket theirs = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        theirs.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        theirs.Listen(1);
        int fd = (int)theirs.Handle;
        SocketCalls.KeepOnExec(fd);
        using InheritedSockets inherited = new([new GivenDescriptor("web.socket", fd)]);

        ListenAddress address = new(IpEndpoint.From((IPEndPoint)theirs.LocalEndPoint!));
        ListeningDescriptor[] opened = Open(FlowProtocol.Tcp, shards: 2, inherited, address);
        _open.Remove(fd);

        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Multiple(async () =>
        {
            Assert.That(opened.Select(static one => one.IsOwn), Is.EqualTo([false, true]));
            Assert.That(opened.Select(static one => one.Name), Has.One.EqualTo("web.socket"));
            Assert.That(SocketCalls.Accept(fd, out _).WouldBlock, "it does not block");
            await client.ConnectAsync(theirs.LocalEndPoint!).Within();
        });
    }

    [TestCase("0.0.0.0", "127.0.0.1", false)]
    [TestCase("127.0.0.1", "127.0.0.2", false)]
    [TestCase("127.0.0.1", "127.0.0.1", true)]
    [TestCase("::1", "::1", true)]
    [TestCase("::", "::", true)]
    [TestCase("*", "*", true)]
    [TestCase("::", "*", false)]
    [TestCase("*", "::", false)]
    [TestCase("*", "0.0.0.0", false)]
    public void Take_AnotherAddress_LeavesTheSocket(string given, string wanted, bool fits)
    {
        foreach (FlowProtocol protocol in Protocols)
        {
            ListeningDescriptor before = Open(protocol, shards: 1, address: Address(given)).Single();
            using InheritedSockets inherited = Given([before]);
            FlowProtocol other = protocol == FlowProtocol.Tcp ? FlowProtocol.Udp : FlowProtocol.Tcp;
            ListenAddress address = Address(wanted, before.Address.Endpoint.Port);

            Assert.Multiple(() =>
            {
                Assert.That(inherited.Take(other, address), Is.Empty, "of the other protocol");
                Assert.That(inherited.Take(protocol, address with { Endpoint = address.Endpoint with { Port = 1 } }),
                    Is.Empty, "of another port");
                Assert.That(inherited.Take(protocol, address), Has.Count.EqualTo(fits ? 1 : 0));
            });
            _open.RemoveAll(fd => fd == before.Fd);
        }
    }

    [Test]
    public void CloseRest_WhatNobodyTook_IsClosedAndNamed()
    {
        ListeningDescriptor listener = Open(FlowProtocol.Tcp, shards: 1).Single();
        _open.Clear();
        using Socket unix = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using Socket silent = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        GivenDescriptor[] others =
        [
            Duplicate("unix", (int)unix.Handle), Duplicate("silent", (int)silent.Handle), Duplicate("output", 1),
        ];
        using InheritedSockets inherited = new([new GivenDescriptor("one", listener.Fd), .. others]);

        inherited.CloseRest(out IReadOnlyList<ListeningDescriptor> listeners, out IReadOnlyList<string> names);

        Assert.Multiple(() =>
        {
            Assert.That(listeners, Is.EqualTo([listener with { Name = "one" }]));
            Assert.That(names, Is.EqualTo(["unix", "silent", "output"]));
            int[] all = [.. others.Select(static one => one.Fd), listener.Fd];
            Assert.That(all.Where(static fd => File.Exists($"/proc/self/fd/{fd}")), Is.Empty);
        });
    }

    [TestCase("127.0.0.1", "tcp-127.0.0.1_")]
    [TestCase("::1", "tcp-..1_")]
    [TestCase("*", "tcp-*_")]
    public void Name_OfAnAddress_IsOneThatAServiceManagerTakes(string address, string name)
    {
        ListeningDescriptor[] opened = Open(FlowProtocol.Tcp, shards: 2, address: Address(address));

        Assert.That(opened.Select(static one => one.Name),
            Is.All.EqualTo($"{name}{opened[0].Address.Endpoint.Port}").And.All.Not.Contain(":"));
    }

    private static GivenDescriptor Duplicate(string name, int fd)
    {
        using UnixPair pair = new(SocketType.Stream);
        List<int> received = [];
        DescriptorPassing.Send(pair.SenderFd, "x"u8, [fd]);
        DescriptorPassing.Receive(pair.ReceiverFd, new byte[1], received);
        return new GivenDescriptor(name, received.Single());
    }

    private static InheritedSockets Given(IEnumerable<ListeningDescriptor> sockets) =>
        new(sockets.Select(static one => new GivenDescriptor(one.Name, one.Fd)));

    private static ListenAddress Address(string text, ushort port = 0)
    {
        bool both = text == "*";
        return new ListenAddress(IpEndpoint.From(new IPEndPoint(IPAddress.Parse(both ? "::" : text), port)), both);
    }

    private ListeningDescriptor[] Open(
        FlowProtocol protocol, int shards, InheritedSockets? inherited = null, ListenAddress? address = null)
    {
        ServiceConfig service = RunningBalancer.Service([]) with { Protocol = protocol };
        ListeningDescriptor[] opened = ListeningSockets.Open(
            service, address ?? Address("127.0.0.1"), shards, besideOwn: false, inherited ?? InheritedSockets.None());
        _open.AddRange(opened.Select(static one => one.Fd).Except(_open));
        return opened;
    }
}
