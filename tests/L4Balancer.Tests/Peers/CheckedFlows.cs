using System.Net;
using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Flows to servers that echo, which go on for as long as the test wants, every byte checked.</summary>
internal sealed class CheckedFlows : IDisposable
{
    private const int MostBytes = 20_000;

    private readonly Socket[] _sockets;
    private readonly Task<long>[] _running;
    private volatile bool _stop;

    private CheckedFlows(Socket[] sockets)
    {
        _sockets = sockets;
        _running = [.. sockets.Select((socket, flow) => Task.Run(() => ExchangeLoopAsync(socket, flow)))];
    }

    /// <summary>Opens so many.</summary>
    public static async Task<CheckedFlows> OpenAsync(IPEndPoint address, int count)
    {
        Socket[] sockets = new Socket[count];
        for (int i = 0; i < count; i++)
        {
            sockets[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await sockets[i].ConnectAsync(address).Within();
            await sockets[i].SendTextAsync("begin");
            Assert.That(await sockets[i].ReceiveTextAsync(5), Is.EqualTo("begin"));
        }

        return new CheckedFlows(sockets);
    }

    /// <summary>Lets the flows be idle from now on.</summary>
    public Task StopExchangeAsync()
    {
        _stop = true;
        return Task.WhenAll(_running).Within();
    }

    /// <summary>Ends the flows; fails where one has ended before, or got a wrong byte.</summary>
    /// <returns>Bytes that came back.</returns>
    public async Task<long> StopAsync()
    {
        _stop = true;
        long[] bytes = await Task.WhenAll(_running).Within();
        foreach (Socket socket in _sockets)
        {
            socket.Shutdown(SocketShutdown.Send);
            Assert.That(await socket.EndAsync(), Is.Null, "a clean end");
        }

        return bytes.Sum();
    }

    public void Dispose() => Array.ForEach(_sockets, static socket => socket.Dispose());

    private async Task<long> ExchangeLoopAsync(Socket socket, int flow)
    {
        Random random = new(flow);
        RandomStream stream = new((ulong)flow);
        long bytes = 0;
        while (!_stop)
        {
            byte[] sent = new byte[random.Next(1, MostBytes)];
            stream.Fill(sent);
            await socket.SendAllAsync(sent).Within();
            byte[] received = await socket.ReceiveExactlyAsync(sent.Length);
            if (!received.AsSpan().SequenceEqual(sent)) throw new IOException($"a wrong byte after {bytes}");

            bytes += sent.Length;
            await Task.Delay(random.Next(1, 20)); // It leaves the machine to the others for a moment.
        }

        return bytes;
    }
}
