using System.Net;
using System.Net.Sockets;
using L4Balancer.Interop;
using L4Balancer.Net;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// Sends one datagram from each of very many sources: from 50,000 addresses of 127.0.0.0/8 by each of 20 sockets.
/// Beside them some steady clients ask something and wait for the echo: as a listener's datagrams are taken in the
/// order of their coming, it tells that those before have been taken.
/// </summary>
internal sealed class UdpFlood : IDisposable
{
    private const int Addresses = 50_000;
    private const int Sockets = 20;
    private const uint FirstAddress = 0x7F01_0000; // 127.1.0.0
    private const int Bytes = 32;
    private const int MostAtOnce = 10_000;

    /// <summary>Enough that each of a few listeners has one: the kernel spreads them by a hash.</summary>
    private const int SteadyClients = 20;

    private readonly DatagramBatch _datagram = new(slots: 1, withSenders: false);
    private readonly DatagramSends _sends = new(MostAtOnce, MostAtOnce);
    private readonly int[] _sockets = [.. Enumerable.Range(0, Sockets).Select(static _ => Bind())];
    private readonly Socket[] _steady;
    private readonly IpEndpoint _to;

    public UdpFlood(IPEndPoint to)
    {
        _to = IpEndpoint.From(to);
        _steady = [.. Enumerable.Range(0, SteadyClients).Select(_ => to.ConnectUdp())];
    }

    /// <summary>Sources so far, without the steady ones.</summary>
    public int Sources { get; private set; }

    /// <summary>Datagrams so far, of all.</summary>
    public int Datagrams { get; private set; }

    /// <summary>Sends from so many further sources, then waits until their datagrams have been taken.</summary>
    public async Task SendAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _sends.Begin();
            _sends.Address(_to, IpAddress.FromV4(FirstAddress + (uint)((Sources + i) % Addresses)), v6: false);
            _sends.Append(_datagram, 0, 0, Bytes);
            _sends.End(datagrams: 1, segmentBytes: 0);
        }

        SyscallResult sent = _sends.Send(_sockets[Sources / Addresses]);
        Assert.That(sent.Error, Is.EqualTo(Errno.None));
        _sends.Clear();
        Sources += count;
        Datagrams += count;

        HashSet<Socket> waiting = [.. _steady];
        await Eventually.TrueAsync(
            () =>
            {
                waiting.RemoveWhere(IsEchoed);
                foreach (Socket client in waiting) Ask(client); // Again: a new flow may find the table full.
                return waiting.Count == 0;
            },
            $"datagrams of {Sources} sources are taken");
    }

    public void Dispose()
    {
        foreach (int fd in _sockets) SocketCalls.Close(fd);
        foreach (Socket client in _steady) client.Dispose();
        _sends.Dispose();
        _datagram.Dispose();
    }

    private static int Bind()
    {
        int fd = SocketCalls.OpenUdp(v6: false).Value;
        SyscallResult bound = SocketCalls.Bind(fd, IpEndpoint.From(new IPEndPoint(IPAddress.Any, 0)), v6: false);
        Assert.That(bound.Error, Is.EqualTo(Errno.None));
        return fd;
    }

    private void Ask(Socket client)
    {
        client.SendDatagram($"{Sources}");
        Datagrams++;
    }

    private bool IsEchoed(Socket client)
    {
        bool isEchoed = false;
        while (client.Available > 0) isEchoed |= client.ReceiveText() == $"{Sources}";
        return isEchoed;
    }
}
