using System.Net;
using System.Text;
using L4Balancer.Interop;
using L4Balancer.Net;
using NUnit.Framework;

namespace L4Balancer.Tests.Interop;

/// <summary>A UDP socket by the calls of the product, on a free port.</summary>
internal sealed class PlainSocket : IDisposable
{
    private readonly bool _v6;

    /// <summary>Opens one.</summary>
    /// <param name="address">What it is bound to.</param>
    /// <param name="bothFamilies">The address is :: and stands for IPv4 too.</param>
    public PlainSocket(IPAddress address, bool bothFamilies = false)
    {
        _v6 = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        Fd = SocketCalls.OpenUdp(_v6).Value;
        if (_v6) Succeed(SocketOptions.V6Only(Fd, !bothFamilies));
        Succeed(SocketCalls.Bind(Fd, IpEndpoint.From(new IPEndPoint(address, 0)), _v6));
        Succeed(SocketCalls.LocalEndpoint(Fd, out IpEndpoint bound));
        Bound = bound;
    }

    public int Fd { get; }

    public IpEndpoint Bound { get; }

    /// <summary>One on 127.0.0.1.</summary>
    public static PlainSocket OnLoopback() => new(IPAddress.Loopback);

    public static void Succeed(SyscallResult result) => Assert.That(result.Error, Is.EqualTo(Errno.None));

    /// <summary>From now on datagrams come with the address that they were sent to.</summary>
    public PlainSocket WithLocalAddresses()
    {
        Succeed(SocketOptions.ReceiveLocalAddress(Fd, _v6));
        return this;
    }

    /// <summary>From now on the socket has one peer.</summary>
    public PlainSocket ConnectedTo(in IpEndpoint peer)
    {
        Succeed(SocketCalls.Connect(Fd, peer));
        return this;
    }

    public void Send(ReadOnlySpan<byte> bytes) => Succeed(SocketCalls.Send(Fd, bytes));

    public void Send(string text) => Send(Encoding.ASCII.GetBytes(text));

    /// <summary>Fills slots from 0 on with the next messages.</summary>
    public async Task FillAsync(DatagramBatch batch, int messages)
    {
        int filled = 0;
        await Eventually.TrueAsync(
            () =>
            {
                filled += batch.Receive(Fd, filled, messages - filled).Value;
                return filled == messages;
            },
            $"{messages} messages");
    }

    /// <summary>The next datagrams' bytes.</summary>
    public async Task<byte[][]> ReceiveAsync(int datagrams)
    {
        byte[] buffer = new byte[ushort.MaxValue + 1];
        List<byte[]> all = [];
        await Eventually.TrueAsync(
            () =>
            {
                SyscallResult received = SocketCalls.Receive(Fd, buffer);
                if (!received.IsError) all.Add(buffer[..received.Value]);
                return all.Count == datagrams;
            },
            $"{datagrams} datagrams");
        return [.. all];
    }

    /// <summary>The next datagrams as text.</summary>
    public async Task<string[]> ReceiveTextsAsync(int datagrams) =>
        [.. (await ReceiveAsync(datagrams)).Select(Encoding.ASCII.GetString)];

    /// <summary>True where nothing waits; otherwise the next datagram is gone.</summary>
    public bool IsEmpty() => SocketCalls.Receive(Fd, []).WouldBlock;

    /// <summary>Throws away what waits.</summary>
    public void Discard()
    {
        while (!IsEmpty())
        {
            // The question has taken one.
        }
    }

    public void Dispose() => SocketCalls.Close(Fd);
}
