using System.Globalization;
using System.Net;
using L4Balancer.Bench.Interop;
using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Shards;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>
/// <c>slow-readers ADDRESS:PORT COUNT</c>: opens connections to <c>tcp-flood-server</c> one after the other, waits for
/// the first bytes on each, so that it is established from end to end, and says <c>open COUNT</c>. Then it reads 1 KiB
/// a second from each, in turn, until its standard input ends; closes them, and says <c>closed COUNT</c>.
/// </summary>
internal sealed class SlowReaders : IDisposable
{
    private const string Usage = "slow-readers ADDRESS:PORT COUNT";
    private const int BytesPerSecond = 1024;
    private const int FirstBytesMilliseconds = 10_000;
    private const int StandardInput = 0;
    private const ulong AlarmData = 1;
    private const long Second = 1_000_000_000;

    private readonly int[] _sockets;
    private readonly byte[] _buffer = new byte[BytesPerSecond];

    private SlowReaders(in IpEndpoint address, int count)
    {
        _sockets = new int[count];
        for (int i = 0; i < count; i++) _sockets[i] = Open(address);
    }

    /// <summary>Runs the command.</summary>
    /// <returns>0, 1 where a connection failed or ended, 2 on wrong arguments.</returns>
    public static int Run(string[] args) => LoadCommand.Run(Usage, Parse(args), static options =>
    {
        using SlowReaders readers = new(IpEndpoint.From(options.Address), options.Count);
        Console.WriteLine($"open {options.Count}");
        readers.ReadUntilInputEnds();
        return $"closed {options.Count}";
    });

    public void Dispose()
    {
        foreach (int fd in _sockets) SocketCalls.Close(fd);
    }

    private static Holding? Parse(string[] args) =>
        args.Length == 2 && IPEndPoint.TryParse(args[0], out IPEndPoint? address)
        && int.TryParse(args[1], CultureInfo.InvariantCulture, out int count) && count > 0
            ? new Holding(address, count)
            : null;

    private int Open(in IpEndpoint address)
    {
        int fd = TcpSockets.Connect(address);
        using Epoll epoll = new(capacity: 1);
        TcpSockets.Check(epoll.Register(fd, EpollEvents.In, data: 0), "epoll_ctl");
        if (epoll.Wait(FirstBytesMilliseconds) == 0) throw new IOException("nothing comes");

        Read(fd);
        return fd;
    }

    private void ReadUntilInputEnds()
    {
        using Epoll epoll = new(capacity: 2);
        using Alarm alarm = new(epoll, AlarmData);

        // What epoll does not take (a file, /dev/null) has no end to be waited for: it ends at once.
        if (epoll.Register(StandardInput, EpollEvents.In, data: 0).IsError) return;

        long begin = ShardClock.Read();
        for (long reads = 0; ;)
        {
            long due = begin + (reads * Second / _sockets.Length);
            alarm.Set(due);
            for (int events = epoll.Wait(timeoutMilliseconds: -1); events > 0; events--)
            {
                epoll.Event(events - 1, out ulong data);
                if (data != AlarmData && ReadStandardInput() == 0) return;
            }

            if (ShardClock.Read() >= due) Read(_sockets[reads++ % _sockets.Length]);
        }
    }

    private static int ReadStandardInput()
    {
        Span<byte> ignored = stackalloc byte[64];
        using Stream input = Console.OpenStandardInput();
        return input.Read(ignored);
    }

    private void Read(int fd)
    {
        SyscallResult received = SocketCalls.Receive(fd, _buffer);
        if (received.WouldBlock) return;
        if (TcpSockets.Check(received, "receive") == 0) throw new IOException("the other side closed a connection");
    }

    private sealed record Holding(IPEndPoint Address, int Count);
}
