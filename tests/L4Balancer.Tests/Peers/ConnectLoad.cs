using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using L4Balancer.Tests.Loopback;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// Clients that connect, send some bytes, get them back, and end the connection, one connection after the other.
/// </summary>
internal sealed class ConnectLoad
{
    private const int Bytes = 100;

    private readonly IPEndPoint _address;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Task _running;
    private long _completed;

    public ConnectLoad(IPEndPoint address, int clients = 8)
    {
        _address = address;
        _running = Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => ClientLoopAsync(client))));
    }

    /// <summary>Connections that went well.</summary>
    public long Completed => Interlocked.Read(ref _completed);

    /// <summary>What went wrong, as "connect: ConnectionRefused".</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Waits until so many more connections have gone well.</summary>
    public Task MoreAsync(int connections)
    {
        long wanted = Completed + connections;
        return Eventually.TrueAsync(() => Completed >= wanted, $"{connections} more connections");
    }

    /// <summary>Ends once each client is done with its connection.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.Within();
        _stop.Dispose();
    }

    private async Task ClientLoopAsync(int client)
    {
        for (int number = 0; !_stop.IsCancellationRequested; number++)
        {
            string doing = "connect";
            try
            {
                using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

                // One address would run out of ports that are not in TIME_WAIT.
                socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)((client * 16) + (number % 16))]), 0));
                await socket.ConnectAsync(_address).Within();
                doing = "exchange";
                byte[] sent = RandomStream.Bytes((ulong)((client << 24) + number), Bytes);
                await socket.SendAllAsync(sent);
                socket.Shutdown(SocketShutdown.Send);
                byte[] received = await socket.ReceiveToEndAsync();
                if (!received.SequenceEqual(sent)) throw new IOException($"{received.Length} bytes, or wrong ones");

                Interlocked.Increment(ref _completed);
            }
            catch (Exception failure) when (failure is SocketException or IOException or TimeoutException)
            {
                string what = failure is SocketException socket ? socket.SocketErrorCode.ToString() : failure.Message;
                _failures.Enqueue($"{doing}: {what}");
            }
        }
    }
}
