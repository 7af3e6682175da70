using System.Diagnostics;
using System.Globalization;
using L4Balancer.Bench.Interop;
using L4Balancer.Interop;

namespace L4Balancer.Bench.Load;

/// <summary>
/// <c>udp-load ADDRESS:PORT --flows N --outstanding K --bytes B --seconds S [--train T] [--warm-up S] [--watch PID]</c>
/// runs a closed loop. Each flow keeps K datagrams under way, or K trains of T datagrams, until the time is up; what
/// is not answered within <see cref="GiveUpAfter"/> is replaced. Every reply is checked to be of its flow. After the
/// warm-up (1 s) it measures, and prints one line:
/// <c>round_trips N lost N late N seconds S user TICKS system TICKS</c>. All count datagrams; lost is what was
/// never answered, late what was given up too soon; the ticks are the watched process's over the measured time.
/// </summary>
internal sealed class UdpLoad : IDisposable
{
    private const int BatchSize = 64;
    private const int SweepMilliseconds = 50;

    // Far longer than a full queue takes to be served, and shorter than the warm-up, so that what is noticed as lost in
    // the measured time is as much as was lost in it.
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromMilliseconds(500);

    private readonly UdpLoadOptions _options;
    private readonly UdpFlow[] _flows;
    private readonly Epoll _epoll = new(capacity: 64);
    private readonly LoadBatch _incoming = new(BatchSize);
    private readonly LoadBatch _outgoing;

    private UdpLoad(UdpLoadOptions options)
    {
        _options = options;
        _outgoing = new LoadBatch(Math.Max(options.Outstanding, 1));
        _flows = new UdpFlow[options.Flows];
        uint run = (uint)Random.Shared.Next();
        for (int i = 0; i < _flows.Length; i++)
        {
            _flows[i] = new UdpFlow(options, run, (uint)i);
            _epoll.Register(_flows[i].Fd, EpollEvents.In | EpollEvents.EdgeTriggered, (ulong)i);
        }
    }

    /// <summary>Runs the command.</summary>
    /// <returns>0, 1 where there was no answer or a wrong one, 2 on wrong arguments.</returns>
    public static int Run(string[] args) => LoadCommand.Run(UdpLoadOptions.Usage, UdpLoadOptions.Parse(args), Measure);

    public void Dispose()
    {
        foreach (UdpFlow flow in _flows) flow.Dispose();
        _epoll.Dispose();
        _incoming.Dispose();
        _outgoing.Dispose();
    }

    private static string Measure(UdpLoadOptions options)
    {
        using UdpLoad load = new(options);
        return load.Measure();
    }

    private string Measure()
    {
        foreach (UdpFlow flow in _flows) flow.Begin(_outgoing, Stopwatch.GetTimestamp());
        RunFor(_options.Times.WarmUp);

        LoadCounts before = Sum();
        ProcessTime cpuBefore = _options.Times.ReadWatched();
        long start = Stopwatch.GetTimestamp();
        RunFor(_options.Times.Counted);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        ProcessTime cpu = _options.Times.ReadWatched() - cpuBefore;
        LoadCounts counts = Sum() - before;

        if (Sum().Wrong > 0) throw new IOException($"{Sum().Wrong} replies were not of their flow, or came twice");
        if (counts.RoundTrips == 0) throw new IOException("no answer");

        return string.Create(
            CultureInfo.InvariantCulture,
            $"round_trips {counts.RoundTrips} lost {counts.Lost} late {counts.Late} seconds {elapsed.TotalSeconds:F3} "
            + $"user {cpu.UserTicks} system {cpu.SystemTicks}");
    }

    private void RunFor(TimeSpan time)
    {
        long now = Stopwatch.GetTimestamp();
        long end = now + Ticks(time);
        long sweep = now + Ticks(TimeSpan.FromMilliseconds(SweepMilliseconds));
        while (now < end)
        {
            int events = _epoll.Wait(SweepMilliseconds);
            now = Stopwatch.GetTimestamp();
            for (int i = 0; i < events; i++)
            {
                _epoll.Event(i, out ulong flow);
                if (!_flows[flow].Exchange(_incoming, _outgoing, BatchSize, now))
                {
                    throw new IOException("nobody listens");
                }
            }

            if (now < sweep) continue;

            foreach (UdpFlow flow in _flows) flow.ReplaceLost(_outgoing, now - Ticks(GiveUpAfter), now);
            sweep = now + Ticks(TimeSpan.FromMilliseconds(SweepMilliseconds));
        }
    }

    private LoadCounts Sum() => _flows.Aggregate(default(LoadCounts), static (sum, flow) => sum + flow.Counts);

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
