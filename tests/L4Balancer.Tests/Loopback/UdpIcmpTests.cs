using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using L4Balancer.Backends;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>ICMP that is not "port unreachable": a router speaks, and says nothing against the backend.</summary>
public sealed class UdpIcmpTests
{
    private const int DestinationUnreachable = 3;
    private const int FragmentationNeeded = 4;

    [Test]
    public async Task Session_RouterSaysThatADatagramIsTooLarge_FlowStaysAndNoFailureIsCounted()
    {
        if (!Environment.IsPrivilegedProcess) Assert.Ignore("only root may send ICMP");
        using UdpServer one = UdpServer.Named("one");
        using UdpServer other = UdpServer.Named("other");
        await using RunningBalancer balancer = await UdpClients.StartAsync([one, other]);
        using Socket client = balancer.ConnectUdpTo(one.EndPoint);
        Assert.That(client.RoundTrip("x"), Is.EqualTo("one"));

        for (int i = 0; i < 5; i++)
        {
            SendIcmp(one.Received.Last().Sender, one.EndPoint, FragmentationNeeded);
            await balancer.Balancer.AnswersAsync(TimeSpan.FromSeconds(5)); // The event has been dealt with.
            Assert.That(client.RoundTrip("x"), Is.EqualTo("one"), $"after {i + 1}");
        }

        Backend backend = balancer.BackendOf(client)!;
        Assert.That(backend.ConnectErrorCount(ConnectError.Refused), Is.Zero);
        Assert.That(one.Received.Select(static datagram => datagram.Sender).Distinct().Count(), Is.EqualTo(1));
    }

    /// <summary>What a router sends of a datagram from one address to another; on loopback it may be anybody.</summary>
    private static void SendIcmp(IPEndPoint from, IPEndPoint to, byte code)
    {
        byte[] message = new byte[8 + 20 + 8];
        message[0] = DestinationUnreachable;
        message[1] = code;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), 65_535); // MTU: loopback's own, so nothing is learnt.

        Span<byte> ip = message.AsSpan(8);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], 20 + 8 + 1000);
        ip[8] = 64;
        ip[9] = (byte)ProtocolType.Udp;
        from.Address.TryWriteBytes(ip[12..], out _);
        to.Address.TryWriteBytes(ip[16..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(ip[20..], (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(ip[22..], (ushort)to.Port);
        BinaryPrimitives.WriteUInt16BigEndian(ip[24..], 8 + 1000);

        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Checksum(message));
        using Socket raw = new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp);
        raw.SendTo(message, new IPEndPoint(from.Address, 0));
    }

    private static ushort Checksum(ReadOnlySpan<byte> message)
    {
        uint sum = 0;
        for (int i = 0; i < message.Length; i += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(message[i..]);
        while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }
}
