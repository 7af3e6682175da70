using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// More at once than anybody can take, in a network of its own where the kernel counts nobody else's datagrams: every
/// single one arrives, or is in one of the counters.
/// </summary>
public sealed class UdpBurstTests
{
    private const int Flows = 1000;
    private const int OfEachFlow = 100;
    private const int Sent = Flows * OfEachFlow;
    private const int Bytes = 64;
    private const int LeastBuffer = 1; // The kernel has a least size of its own: a few datagrams.

    private readonly List<UdpServer> _servers = [];
    private NetworkNamespace _network = null!;
    private Socket[] _clients = [];
    private HashSet<(int Flow, int Number)> _heard = [];

    [SetUp]
    public async Task CreateAsync()
    {
        _network = await NetworkNamespace.CreateAsync();
        _heard = [];
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        foreach (Socket client in _clients) client.Dispose();
        _servers.ForEach(static server => server.Dispose());
        _servers.Clear();
        if (_network is not null) await _network.DisposeAsync();
    }

    /// <summary>
    /// Trains are few enough for the listeners' buffers: of a train that finds one full, the kernel counts only one.
    /// </summary>
    [TestCase(1)]
    [TestCase(50)]
    public async Task Burst_HundredThousandOverThousandFlows_EveryDatagramIsAccountedFor(int inTrain)
    {
        await using DaemonProcess daemon = await StartAsync();

        SendAll(inTrain);

        await AccountAsync(daemon);
    }

    [Test]
    public async Task Burst_ClientsThatTakeLittle_EveryReplyIsAccountedFor()
    {
        await using DaemonProcess daemon = await StartAsync();
        foreach (Socket client in _clients) client.ReceiveBufferSize = LeastBuffer;

        SendAll();

        await AccountAsync(daemon);
        Assert.That(new UdpKernelCounters(daemon.Child.Id).ReceiveErrors, Is.Positive);
    }

    [Test]
    public async Task Burst_DaemonStopped_WhatItsBuffersDropIsCounted()
    {
        await using DaemonProcess daemon = await StartAsync();
        daemon.Child.Signal(ChildProcess.SigStop);

        SendAll();

        long dropped = new UdpKernelCounters(daemon.Child.Id).DropsAt(daemon.File.Port);
        Assert.That(dropped, Is.Positive);
        daemon.Child.Signal(ChildProcess.SigCont);
        await AccountAsync(daemon);
        Assert.That(
            await daemon.MetricAsync("l4balancer_udp_datagrams_total{direction=\"from_client\""),
            Is.EqualTo(Sent - dropped));
    }

    private async Task<DaemonProcess> StartAsync()
    {
        for (int i = 0; i < 2; i++) _servers.Add(_network.Open(static () => UdpServer.Echo()));
        DaemonFile file = new(_servers.Select(static server => server.EndPoint))
        {
            Protocol = "udp",
            Network = _network,
            Flows = "none",
        };
        _clients = _network.Open(() => Enumerable.Range(0, Flows).Select(_ => file.Address.ConnectUdp()).ToArray());
        return await DaemonProcess.StartAsync(file);
    }

    /// <summary>The flows' datagrams in turn, as fast as this thread can.</summary>
    /// <param name="inTrain">Datagrams that a client gives the kernel at once (UDP_SEGMENT).</param>
    private void SendAll(int inTrain = 1)
    {
        byte[] train = new byte[Bytes * inTrain];
        foreach (Socket client in _clients) client.SendInSegments(Bytes);
        for (int number = 0; number < OfEachFlow; number += inTrain)
        {
            for (int flow = 0; flow < Flows; flow++)
            {
                for (int i = 0; i < inTrain; i++) Write(train.AsSpan(i * Bytes), flow, number + i);
                _clients[flow].Send(train);
            }
        }
    }

    /// <summary>
    /// Waits until what was sent is what has come back, what the daemon has counted as dropped, and what other sockets'
    /// buffers have dropped.
    /// </summary>
    private async Task AccountAsync(DaemonProcess daemon)
    {
        UdpKernelCounters kernel = new(daemon.Child.Id);
        string last = "";
        bool IsBalanced()
        {
            Hear();
            int served = _servers.Sum(static server => server.Received.Count);
            double dropped = daemon.MetricAsync("l4balancer_udp_datagrams_dropped_total").Result;
            double seen = daemon.MetricAsync(
                "l4balancer_udp_datagrams_dropped_total{reason=\"receive_buffer\"").Result;
            long atListener = kernel.DropsAt(daemon.File.Port);
            long elsewhere = kernel.ReceiveErrors - atListener;
            last = $"{Sent} sent, {served} served, {_heard.Count} answers heard; {dropped} counted as dropped, of "
                + $"which {seen} at the listener, where the kernel says {atListener}; {elsewhere} dropped elsewhere";
            return seen == atListener && Sent == _heard.Count + dropped + elsewhere;
        }

        try
        {
            await Eventually.TrueAsync(IsBalanced, "the balance");
        }
        finally
        {
            TestContext.Out.WriteLine(last);
        }

        // Nothing was doubled, nothing went to another's flow, and nothing comes any more.
        (int Flow, int Number)[] served = [.. _servers.SelectMany(static server => server.Received).Select(Read)];
        Assert.Multiple(() =>
        {
            Assert.That(served.Distinct().Count(), Is.EqualTo(served.Length), "doubled");
            Assert.That(kernel.NoPorts, Is.Zero);
            Assert.That(IsBalanced(), Is.True, last);
        });
    }

    /// <summary>Takes the replies that wait.</summary>
    private void Hear()
    {
        byte[] reply = new byte[Bytes + 1];
        for (int flow = 0; flow < Flows; flow++)
        {
            while (_clients[flow].Available > 0)
            {
                int count = _clients[flow].Receive(reply);
                (int Flow, int Number) told = Read((null!, reply[..count]));
                Assert.That((count, told.Flow), Is.EqualTo((Bytes, flow)));
                Assert.That(_heard.Add(told), Is.True, "doubled");
            }
        }
    }

    private static void Write(Span<byte> datagram, int flow, int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(datagram, flow);
        BinaryPrimitives.WriteInt32LittleEndian(datagram[sizeof(int)..], number);
    }

    private static (int Flow, int Number) Read((IPEndPoint Sender, byte[] Bytes) datagram) => (
        BinaryPrimitives.ReadInt32LittleEndian(datagram.Bytes),
        BinaryPrimitives.ReadInt32LittleEndian(datagram.Bytes.AsSpan(sizeof(int))));
}
