using System.Buffers.Binary;
using System.Globalization;
using L4Balancer.Interop;
using L4Balancer.Shards;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>
/// <c>bulk-load ADDRESS:PORT --connections N --seconds S [--warm-up S] [--watch PID]</c>: sends to <c>bulk-sink</c> as
/// much as the network takes. Prints one line:
/// <c>bytes N rate GB/S seconds S user TICKS system TICKS</c>.
/// <para>
/// The bytes are those that the sink has received, and exact: the warm-up has connections of its own, and on those that
/// count the sink says at the end what came. The seconds are from the first byte to the last answer, and so are the
/// ticks; the connections are open before.
/// </para>
/// <para>
/// Both sides on one core without a balancer, in GB/s by what sends: send(2) of 64 KiB 4.8, of 1 MiB 4.2; sendfile(2)
/// from memory 3.6; vmsplice(2) of 1 MiB 4.3, of huge pages 3.7. What copies is the fastest, because its pages are of
/// 32 KiB where those of a file are of 4, and the buffer stays in the cache.
/// </para>
/// </summary>
internal sealed class BulkLoad
{
    private const int EventBatch = 64;
    private const int WaitMilliseconds = 10;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly BulkLoadOptions _options;

    private BulkLoad(BulkLoadOptions options) => _options = options;

    /// <summary>Runs the command.</summary>
    /// <returns>0, 1 where a connection ended, 2 on wrong arguments.</returns>
    public static int Run(string[] args) =>
        LoadCommand.Run(BulkLoadOptions.Usage, BulkLoadOptions.Parse(args), Measure);

    private static string Measure(BulkLoadOptions options)
    {
        BulkLoad load = new(options);
        LoadTimes times = options.Times;
        if (times.WarmUp > TimeSpan.Zero) load.Transfer(times.WarmUp, out _, out _);
        long bytes = load.Transfer(times.Counted, out TimeSpan elapsed, out ProcessTime cpu);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"bytes {bytes} rate {bytes / elapsed.TotalSeconds / 1e9:F3} seconds {elapsed.TotalSeconds:F3} "
            + $"user {cpu.UserTicks} system {cpu.SystemTicks}");
    }

    /// <summary>Sends for a time on connections of its own; returns the bytes that the sink has received.</summary>
    private long Transfer(TimeSpan time, out TimeSpan elapsed, out ProcessTime cpu)
    {
        int[] sockets = new int[_options.Connections];
        for (int i = 0; i < sockets.Length; i++) sockets[i] = TcpSockets.Connect(_options.Address);
        ProcessTime before = _options.Times.ReadWatched();
        long start = ShardClock.Read();
        SendUntil(sockets, start + ShardClock.Ticks(time));
        foreach (int fd in sockets) TcpSockets.Check(SocketCalls.ShutdownSend(fd), "shutdown");
        long bytes = TakeCounts(sockets);
        elapsed = ShardClock.Between(start, ShardClock.Read());
        cpu = _options.Times.ReadWatched() - before;
        foreach (int fd in sockets) SocketCalls.Close(fd);
        return bytes;
    }

    private static void SendUntil(int[] sockets, long end)
    {
        // Level-triggered: one call for each event, so that all connections have their turn. A socket that has room for
        // less than a third of its buffer is not reported, so the calls are few.
        using Epoll epoll = Watch(sockets, EpollEvents.Out);
        while (ShardClock.Read() < end)
        {
            int events = epoll.Wait(WaitMilliseconds);
            for (int i = 0; i < events; i++)
            {
                epoll.Event(i, out ulong fd);
                SyscallResult sent = SocketCalls.Send((int)fd, PatternBytes.At(0, PatternBytes.MaxBytes));
                if (!sent.WouldBlock) TcpSockets.Check(sent, "send");
            }
        }
    }

    private static long TakeCounts(int[] sockets)
    {
        using Epoll epoll = Watch(sockets, EpollEvents.In | EpollEvents.EdgeTriggered);
        long end = ShardClock.Read() + ShardClock.Ticks(LongestWait);
        Span<byte> count = stackalloc byte[BulkSink.CountBytes];
        long sum = 0;
        for (int missing = sockets.Length; missing > 0;)
        {
            if (ShardClock.Read() >= end) throw new IOException($"{missing} connections have not answered");

            int events = epoll.Wait(WaitMilliseconds);
            for (int i = 0; i < events; i++)
            {
                epoll.Event(i, out ulong fd);
                SyscallResult received = SocketCalls.Receive((int)fd, count);
                if (received.WouldBlock) continue;
                if (TcpSockets.Check(received, "receive") == 0) continue; // The end after the count.
                if (received.Value < count.Length) throw new IOException("the sink's count is cut");

                sum += BinaryPrimitives.ReadInt64LittleEndian(count);
                missing--;
            }
        }

        return sum;
    }

    private static Epoll Watch(int[] sockets, EpollEvents interest)
    {
        Epoll epoll = new(EventBatch);
        foreach (int fd in sockets) TcpSockets.Check(epoll.Register(fd, interest, (ulong)fd), "epoll_ctl");
        return epoll;
    }
}
