using L4Balancer.Bench.Interop;
using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Shards;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>
/// <c>tcp-connect ADDRESS:PORT --concurrency N --seconds S [--bytes B] [--reply B] [--close server|client]
/// [--warm-up S] [--watch PID]</c>: N connections at a time to <c>tcp-close-server</c>, each for one request and its
/// reply. Prints one line: <c>connections N failed N rate R p50 US p99 US p999 US max US seconds S user TICKS
/// system TICKS</c>. A latency is from the beginning of the connect to the end of the connection; what counts is what
/// began in the counted time. What has not ended 10 s later has failed.
/// <para>
/// Ports: the side that closes first keeps the pair of addresses in TIME_WAIT for a minute, and a client's address has
/// some 28,000 ports (net.ipv4.ip_local_port_range) towards one server. On the loopback interface the kernel lets a
/// connect have a pair in TIME_WAIT after a second (net.ipv4.tcp_tw_reuse = 2, the default), which would do for 28,000
/// connections a second; but long before that, most ports that it tries are taken. So a load to 127.0.0.0/8 comes from
/// <see cref="Sources"/> addresses in turn: 450,000 ports, 20 s at 20,000/s without any reuse. A balancer's own
/// connects to the server are its own affair. Binding costs nothing that can be seen: with and without it, 14,500 to
/// 16,000 connections a second, client and server on one core, all but a few percent of it in the kernel.
/// </para>
/// </summary>
internal sealed class TcpConnect : IDisposable
{
    private const int EventBatch = 256;
    private const int BufferBytes = PatternBytes.MaxBytes;
    private const ulong AlarmData = ulong.MaxValue;
    private const int Sources = 16;
    private const uint FirstSource = 0x7F00_0101; // 127.0.1.1
    private const uint LoopbackNet = 127;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(1);

    private readonly ShortConnection[] _places;
    private readonly Stack<int> _free = new(); // Places whose connection has ended.
    private readonly bool _choosesSource;
    private readonly Epoll _epoll = new(EventBatch);
    private readonly Alarm _alarm;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly LatencyHistogram _latencies = new();
    private readonly CountedTime _time;
    private long _number;
    private long _failed;

    private TcpConnect(TcpConnectOptions options)
    {
        IpAddress address = options.Address.Address;
        _choosesSource = address.IsV4 && address.V4 >> 24 == LoopbackNet;
        _alarm = new Alarm(_epoll, AlarmData);
        _places = new ShortConnection[options.Concurrency];
        for (int i = 0; i < _places.Length; i++)
        {
            _places[i] = new ShortConnection(options, _epoll, (ulong)i);
            _free.Push(i);
        }

        _time = new CountedTime(options.Times, ShardClock.Read());
    }

    /// <summary>Runs the command.</summary>
    /// <returns>0, 1 where no connection succeeded or a reply was wrong, 2 on wrong arguments.</returns>
    public static int Run(string[] args) =>
        LoadCommand.Run(TcpConnectOptions.Usage, TcpConnectOptions.Parse(args), Measure);

    public void Dispose()
    {
        foreach (ShortConnection place in _places.Where(static place => place.IsOpen)) place.GiveUp();
        _alarm.Dispose();
        _epoll.Dispose();
    }

    private static string Measure(TcpConnectOptions options)
    {
        using TcpConnect load = new(options);
        load.ConnectUntilTheEnd();
        load.AwaitEnds();
        if (load._latencies.Count == 0) throw new IOException($"{load._failed} connections failed, none succeeded");

        return $"connections {load._latencies.Count} failed {load._failed} {load._time.Describe(load._latencies)}";
    }

    private void ConnectUntilTheEnd()
    {
        while (true)
        {
            long now = ShardClock.Read();
            _time.Advance(now);
            if (_time.HasEnded) return;

            // What fails at once, for want of ports or of a listener, is not tried for ever in one turn.
            for (int tries = _free.Count; tries > 0; tries--) Begin(_free.Pop());
            long pause = _free.Count > 0 ? now + ShardClock.Ticks(PauseAfterFailure) : long.MaxValue;
            _alarm.Set(Math.Min(_time.NextEdge, pause));
            Exchange();
        }
    }

    private void AwaitEnds()
    {
        long end = ShardClock.Read() + ShardClock.Ticks(LongestWait);
        _alarm.Set(end);
        while (_free.Count < _places.Length && ShardClock.Read() < end) Exchange();
        _failed += _places.Count(place => place.IsOpen && _time.Includes(place.Begun));
    }

    private void Exchange()
    {
        int events = _epoll.Wait(timeoutMilliseconds: -1);
        for (int i = 0; i < events; i++)
        {
            _epoll.Event(i, out ulong place);
            if (place != AlarmData) TakeIn((int)place, _places[place].Go(_buffer));
        }
    }

    private void Begin(int place)
    {
        long number = _number++;
        IpAddress? source = _choosesSource ? IpAddress.FromV4(FirstSource + (uint)(number % Sources)) : null;
        TakeIn(place, _places[place].Begin(number, source, _buffer));
    }

    private void TakeIn(int place, ShortConnectionState state)
    {
        if (state == ShortConnectionState.UnderWay) return;

        _free.Push(place);
        long begun = _places[place].Begun;
        if (!_time.Includes(begun)) return;

        if (state == ShortConnectionState.Done) _latencies.Record(ShardClock.Read() - begun);
        else _failed++;
    }
}
