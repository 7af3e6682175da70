using L4Balancer.Bench.Interop;
using L4Balancer.Interop;
using L4Balancer.Shards;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>
/// <c>tcp-load ADDRESS:PORT --connections N --seconds S [--rate R] [--bytes B] [--latencies summed|counted]
/// [--warm-up S] [--watch PID]</c>: round trips against <c>tcp-echo</c> on connections that stay. Prints one line:
/// <c>trips N rate R p50 US p99 US p999 US max US seconds S user TICKS system TICKS</c>, and with latencies counted
/// <c>latencies NS:COUNT,NS:COUNT,...</c>.
/// <para>
/// Without a rate it is a closed loop: every connection has one request under way and sends the next on its reply.
/// </para>
/// <para>
/// With a rate the requests are due at even distances, whatever becomes of them, and a latency counts from when its
/// request was due. A load that waits for replies, or counts from when it got round to sending, leaves out what would
/// have waited while something stalled: one long latency instead of the thousand that users would have seen
/// ("coordinated omission", Gil Tene, "How NOT to Measure Latency"; so does his wrk2). The distances are kept by an
/// <see cref="Alarm"/>, and what is due is sent between any two batches of replies.
/// </para>
/// <para>A request counts where it was due in the counted time; its reply is waited for after that.</para>
/// </summary>
internal sealed class TcpLoad : IDisposable
{
    private const int EventBatch = 64; // Small, since what is due waits for the batch.
    private const int BufferBytes = PatternBytes.MaxBytes;
    private const ulong AlarmData = ulong.MaxValue;
    private const long Second = 1_000_000_000;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly TcpLoadOptions _options;
    private readonly TcpLoadConnection[] _connections;
    private readonly Epoll _epoll = new(EventBatch);
    private readonly Alarm _alarm;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly LatencyHistogram _latencies = new();
    private readonly CountedTime _time;
    private readonly long _begin;
    private long _asked; // Requests of the open loop so far.

    private TcpLoad(TcpLoadOptions options)
    {
        _options = options;
        _alarm = new Alarm(_epoll, AlarmData);
        _connections = new TcpLoadConnection[options.Connections];
        for (int i = 0; i < _connections.Length; i++)
        {
            // Places of the connections that are far from each other: no reply of one looks like one of another.
            TcpLoadConnection connection = new(TcpSockets.Connect(options.Address), i * 10_007L, options.Bytes);
            _connections[i] = connection;
            EpollEvents interest = EpollEvents.In | EpollEvents.Out | EpollEvents.EdgeTriggered;
            TcpSockets.Check(_epoll.Register(connection.Fd, interest, (ulong)i), "epoll_ctl");
        }

        _begin = ShardClock.Read();
        _time = new CountedTime(options.Times, _begin);
    }

    private bool IsOpenLoop => _options.Rate > 0;

    private long NextDue => IsOpenLoop ? _begin + (_asked * Second / _options.Rate) : long.MaxValue;

    /// <summary>Runs the command.</summary>
    /// <returns>0, 1 where a connection ended or a reply was wrong or stayed away, 2 on wrong arguments.</returns>
    public static int Run(string[] args) => LoadCommand.Run(TcpLoadOptions.Usage, TcpLoadOptions.Parse(args), Measure);

    public void Dispose()
    {
        foreach (TcpLoadConnection connection in _connections) connection.Dispose();
        _alarm.Dispose();
        _epoll.Dispose();
    }

    private static string Measure(TcpLoadOptions options)
    {
        using TcpLoad load = new(options);
        load.AskUntilTheEnd();
        load.AwaitReplies();
        string counts = options.CountsLatencies ? $" latencies {load._latencies.Write()}" : "";
        return $"trips {load._latencies.Count} {load._time.Describe(load._latencies)}{counts}";
    }

    private void AskUntilTheEnd()
    {
        if (!IsOpenLoop)
        {
            foreach (TcpLoadConnection connection in _connections) connection.Ask(ShardClock.Read());
        }

        while (true)
        {
            long now = ShardClock.Read();
            for (; NextDue <= now; _asked++) _connections[_asked % _connections.Length].Ask(NextDue);
            _time.Advance(now);
            if (_time.HasEnded) return;

            _alarm.Set(Math.Min(NextDue, _time.NextEdge));
            Exchange(askAgain: !IsOpenLoop);
        }
    }

    private void AwaitReplies()
    {
        long end = ShardClock.Read() + ShardClock.Ticks(LongestWait);
        _alarm.Set(end);
        while (_connections.Sum(static connection => connection.Outstanding) is > 0 and int outstanding)
        {
            if (ShardClock.Read() >= end) throw new IOException($"{outstanding} requests were not answered");
            Exchange(askAgain: false);
        }
    }

    private void Exchange(bool askAgain)
    {
        int events = _epoll.Wait(timeoutMilliseconds: -1);
        for (int i = 0; i < events; i++)
        {
            _epoll.Event(i, out ulong number);
            if (number == AlarmData) continue;

            TcpLoadConnection connection = _connections[number];
            connection.SendAsked();
            if (connection.TakeReplies(_buffer, _time, _latencies) && askAgain) connection.Ask(ShardClock.Read());
        }
    }
}
