using System.Net.Sockets;
using L4Balancer.Shards;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>
/// Many flows whose ends send, stop reading, half-close, close and reset in random order and at any moment. Whatever
/// happens, no byte is lost before an end or changed, nothing crosses, and all that a session held is given back
/// (which <see cref="RunningBalancer"/> checks at its end).
/// </summary>
public sealed class ChaosTests
{
    private const int Flows = 300;
    private const int StepsPerEnd = 12;

    [TestCase(1, 32)]
    [TestCase(2, 32)]
    [TestCase(3, 0)]
    public async Task Chaos_RandomEnds_StreamsArePrefixesAndNothingIsLeft(int seed, int kernelPipes)
    {
        int ends = 0;
        using TestServer listener = new TestServer().Serve(
            socket => new End(socket, new Random(HashCode.Combine(seed, Interlocked.Increment(ref ends)))).RunAsync());
        await using RunningBalancer balancer = await RunningBalancer.StartAsync(
            [listener.EndPoint],
            static service => service with { Timeouts = new() { HalfClose = TimeSpan.FromSeconds(1) } },
            options: new ShardOptions { MaxKernelPipes = kernelPipes, ReceiveBufferBytes = 8 * 1024 });
        await Task.WhenAll(Enumerable.Range(0, Flows).Select(flow => RunClientAsync(balancer, seed, flow))).Within();

        IReadOnlyList<FlowRecord> records = await balancer.RecordsAsync(Flows);
        CloseReason[] possible =
        [
            CloseReason.Normal, CloseReason.ClientAbort, CloseReason.ServerAbort, CloseReason.HalfCloseTimeout,
            CloseReason.ServerRefused, CloseReason.ClientAbortConnect,
        ];
        CloseReason[] seen = [.. records.Select(static record => record.Reason).Distinct()];
        Assert.That(seen, Is.SubsetOf(possible));
        Assert.That(seen, Has.Length.GreaterThanOrEqualTo(3));
    }

    private static async Task RunClientAsync(RunningBalancer balancer, int seed, int flow)
    {
        Socket client;
        try
        {
            client = await balancer.ConnectAsync();
        }
        catch (SocketException)
        {
            return; // Its server has reset so soon that the connect sees it.
        }

        await new End(client, new Random(HashCode.Combine(seed, -flow))).RunAsync();
    }

    /// <summary>One end of some flow: it sends a numbered stream and checks that what it gets is one.</summary>
    private sealed class End(Socket socket, Random random)
    {
        private readonly byte[] _buffer = new byte[64 * 1024];
        private long _sent;
        private long _received;
        private bool _sending = true;

        public async Task RunAsync()
        {
            try
            {
                for (int step = 0; step < StepsPerEnd; step++)
                {
                    if (!await StepAsync()) return;
                }

                Shut();
                while (await ReceiveAsync())
                {
                }
            }
            catch (SocketException)
            {
                return; // The other end reset, or this one is cut off: one of the things that happen.
            }
            finally
            {
                socket.Dispose();
            }
        }

        /// <returns>False where the end is over.</returns>
        private async Task<bool> StepAsync()
        {
            switch (random.Next(20))
            {
                case < 9:
                    if (_sending) await SendAsync(random.Next(2) == 0 ? random.Next(1, 100) : random.Next(1, 400_000));
                    return true;
                case < 16:
                    return await ReceiveAsync();
                case < 18:
                    Shut();
                    return true;
                case 18:
                    socket.Reset();
                    return false;
                default:
                    socket.Dispose();
                    return false;
            }
        }

        private void Shut()
        {
            if (_sending) socket.Shutdown(SocketShutdown.Send);
            _sending = false;
        }

        private async Task SendAsync(int length)
        {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++) bytes[i] = ByteAt(_sent + i);
            using CancellationTokenSource deadline = new(TimeSpan.FromMilliseconds(200));
            try
            {
                for (int done = 0; done < length;)
                {
                    int count = await socket.SendAsync(bytes.AsMemory(done), deadline.Token);
                    done += count;
                    _sent += count;
                }
            }
            catch (OperationCanceledException)
            {
                return; // The other end does not read just now.
            }
        }

        /// <returns>False at the end of the stream.</returns>
        private async Task<bool> ReceiveAsync()
        {
            using CancellationTokenSource deadline = new(_sending ? 100 : 5000);
            try
            {
                int count = await socket.ReceiveAsync(_buffer.AsMemory(), deadline.Token);
                for (int i = 0; i < count; i++)
                {
                    if (_buffer[i] != ByteAt(_received + i)) Assert.Fail($"byte {_received + i} is wrong");
                }

                _received += count;
                return count > 0;
            }
            catch (OperationCanceledException)
            {
                return _sending; // The other end says nothing just now; or for too long.
            }
        }

        private static byte ByteAt(long position) => (byte)((position * 31) ^ (position >> 8));
    }
}
