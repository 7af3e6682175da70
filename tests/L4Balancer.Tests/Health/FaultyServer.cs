using System.Net;
using System.Net.Sockets;
using System.Text;
using L4Balancer.Tests.Loopback;

namespace L4Balancer.Tests.Health;

/// <summary>
/// A server that takes a probe's first bytes, says so, and then does what its fault is until the probe has gone.
/// </summary>
internal sealed class FaultyServer : IDisposable
{
    private const int DrippedBytes = 30;

    private readonly TestServer _server = new();
    private readonly TaskCompletionSource _asked = new();
    private readonly TaskCompletionSource _gone = new();
    private readonly TaskCompletionSource _released = new();
    private int _probePort;

    public FaultyServer(string fault, string answer)
    {
        _server.Serve(async socket =>
        {
            try
            {
                await MisbehaveAsync(socket, fault, Encoding.Latin1.GetBytes(answer));
            }
            finally
            {
                _asked.TrySetResult();
                _gone.TrySetResult();
            }
        });
    }

    public IPEndPoint EndPoint => _server.EndPoint;

    /// <summary>Completes when nothing more will come but for what <see cref="Release"/> lets go.</summary>
    public Task Asked => _asked.Task.Within();

    /// <summary>Completes when the probe has closed its connection.</summary>
    public Task Gone => _gone.Task.Within();

    /// <summary>Lets a slow server answer.</summary>
    public void Release() => _released.SetResult();

    /// <summary>
    /// Waits until the probe has read what was sent: nothing is left in its receive queue (proc(5), net/tcp).
    /// </summary>
    public Task TakenAsync() => Eventually.TrueAsync(
        () =>
        {
            string ends = $": 0100007F:{_probePort:X4} 0100007F:{EndPoint.Port:X4} ";
            return File.ReadLines("/proc/net/tcp").Any( // Which may leave out a row where others come and go.
                line => line.Contains(ends, StringComparison.Ordinal)
                    && line.Contains(" 00000000:00000000 ", StringComparison.Ordinal));
        },
        "an empty receive queue");

    public void Dispose() => _server.Dispose();

    private async Task MisbehaveAsync(Socket socket, string fault, byte[] answer)
    {
        byte[] buffer = new byte[4096];
        _probePort = ((IPEndPoint)socket.RemoteEndPoint!).Port;
        await socket.ReceiveAsync(buffer);
        switch (fault)
        {
            case "silence":
                break;
            case "close":
                socket.Shutdown(SocketShutdown.Send);
                break;
            case "reset":
                socket.Close(timeout: 0);
                return;
            case "answer":
                await socket.SendAllAsync(answer);
                break;
            case "half":
                await socket.SendAllAsync(answer);
                socket.Shutdown(SocketShutdown.Send);
                break;
            case "endless":
                await socket.SendAllAsync(answer);
                while (true) await socket.SendAllAsync(Enumerable.Repeat(answer[^1], 4096).ToArray());
            case "drip":
                socket.NoDelay = true;
                for (int i = 0; i < DrippedBytes; i++)
                {
                    await socket.SendAllAsync(i < answer.Length ? answer.AsMemory(i, 1) : answer.AsMemory()[^1..]);
                }

                break;
            case "slow":
                _asked.TrySetResult();
                await _released.Task.Within();
                await socket.SendAllAsync(answer);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault");
        }

        _asked.TrySetResult();
        while (await socket.ReceiveAsync(buffer) > 0)
        {
        }
    }
}
