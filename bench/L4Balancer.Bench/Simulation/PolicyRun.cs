using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Pools;
using L4Balancer.Selection;

namespace L4Balancer.Bench.Simulation;

/// <summary>The scenario with one policy, through its real selector. The same in every run.</summary>
internal sealed class PolicyRun
{
    /// <summary>Points of a curve in a second.</summary>
    public const int SamplesPerSecond = 2;

    private const int StepsPerSample = Scenario.StepsPerSecond / SamplesPerSecond;
    private const int Seed = 20_251_121;

    private readonly PoolConfig _config;
    private readonly SimulatedClock _clock = new();
    private readonly SimulatedServer[] _servers;
    private readonly Random _load = new(Seed);
    private readonly Random _draws = new(Seed + 1);
    private readonly List<double> _delays = [];
    private ISelector? _selector;
    private SimulatedServer[] _candidates = [];

    private PolicyRun(PoolConfig config)
    {
        _config = config;
        _servers = [.. Scenario.Servers.Select(name => new SimulatedServer(name, _clock))];
        Open = Curves();
        Begun = Curves();
    }

    /// <summary>Flows open at each server, by server and sample.</summary>
    public double[][] Open { get; }

    /// <summary>Flows that each server is given in a second, by server and sample.</summary>
    public double[][] Begun { get; }

    /// <summary>Flows that a server has reset, per thousand.</summary>
    public double Failed { get; private set; }

    /// <summary>How many times as long as its client alone would have taken: of a hundred flows the slowest.</summary>
    public double Slowest { get; private set; }

    /// <summary>As <see cref="Slowest"/>, of the flow in the middle.</summary>
    public double Middle { get; private set; }

    /// <summary>Runs it.</summary>
    public static PolicyRun Of(PoolConfig config)
    {
        PolicyRun run = new(config);
        run.Go();
        return run;
    }

    private void Go()
    {
        int begun = 0;
        int failed = 0;
        for (int step = 0; step < Scenario.Seconds * Scenario.StepsPerSecond; step++)
        {
            Publish();
            for (int arrivals = Scenario.NextArrivals(_load); arrivals > 0; arrivals--)
            {
                begun++;
                if (!TryBegin(step / StepsPerSample)) failed++;
            }

            foreach (SimulatedServer server in _servers) server.Serve(_delays.Add);
            for (int i = 0; i < _servers.Length; i++)
            {
                Open[i][step / StepsPerSample] += (double)_servers[i].Backend.ActiveSessions / StepsPerSample;
            }

            _clock.Step();
        }

        _delays.Sort();
        Failed = 1000.0 * failed / begun;
        Middle = _delays[_delays.Count / 2];
        Slowest = _delays[_delays.Count * 99 / 100];
    }

    private double[][] Curves() => [.. _servers.Select(static _ => new double[Scenario.Seconds * SamplesPerSecond])];

    private bool TryBegin(int sample)
    {
        ulong hash = (ulong)_load.NextInt64(long.MinValue, long.MaxValue);
        double size = Scenario.NextSize(_load);
        Backend backend = _selector!.Pick(hash, [])!;
        int at = Array.FindIndex(_servers, server => server.Backend == backend);
        Begun[at][sample] += SamplesPerSecond;
        return _servers[at].TryBegin(size);
    }

    private void Publish()
    {
        SimulatedServer[] candidates = [.. _servers.Where(static server => server.IsCandidate)];
        if (candidates.SequenceEqual(_candidates)) return;

        _candidates = candidates;
        Candidate[] all = [.. candidates.Select(static server => new Candidate(server.Backend, 1))];
        _selector = Selectors.Make(_config, all, new FineWeights(Scale: 1, _servers.Length), Seed, _clock, _draws);
    }
}
