using System.Diagnostics;
using L4Balancer.Backends;
using L4Balancer.Config;

namespace L4Balancer.Bench.Simulation;

/// <summary>
/// A server that divides what it can do evenly among its flows, and the backend that it is to the balancer.
/// </summary>
internal sealed class SimulatedServer(string name, SimulatedClock clock)
{
    private readonly List<Flow> _flows = [];

    /// <summary>What selectors see of it.</summary>
    public Backend Backend { get; } = new(new BackendConfig { Name = name, Host = "192.0.2.1", Port = 80 });

    /// <summary>New flows may go there.</summary>
    public bool IsCandidate => Scenario.IsCandidate(name, clock.Seconds);

    /// <summary>Begins a flow.</summary>
    /// <returns>False where the server resets it at once.</returns>
    public bool TryBegin(double size)
    {
        if (Scenario.Fails(name, clock.Seconds))
        {
            Backend.Latency?.RecordFailure(clock.GetTimestamp());
            return false;
        }

        _ = Backend.TryBeginSession(); // Nothing bounds it.
        _flows.Add(new Flow(size, clock.Seconds));
        return true;
    }

    /// <summary>Serves for a step.</summary>
    /// <param name="ended">Takes how many times as long as its client alone would have taken each flow took.</param>
    public void Serve(Action<double> ended)
    {
        if (_flows.Count == 0) return;

        const double StepSeconds = 1.0 / Scenario.StepsPerSecond;
        double rate = Math.Min(Scenario.ClientRate, Scenario.RateOf(name, clock.Seconds) / _flows.Count);
        double bytes = rate * StepSeconds;
        double moved = 0;
        int left = 0;
        for (int i = 0; i < _flows.Count; i++)
        {
            Flow flow = _flows[i];
            double part = Math.Min(bytes, flow.Size - flow.Moved);
            double next = flow.Moved + part;
            moved += part;
            double took = clock.Seconds - flow.Begun + (part / rate);
            if (flow.Moved < Scenario.FirstBytes && next >= Scenario.FirstBytes) RecordFirstBytes(flow, rate);
            if (next >= flow.Size)
            {
                Backend.EndSession();
                ended(took / (flow.Size / Scenario.ClientRate));
            }
            else
            {
                _flows[left++] = flow with { Moved = next };
            }
        }

        _flows.RemoveRange(left, _flows.Count - left);
        Backend.Traffic?.Add((long)moved, clock.GetTimestamp());
    }

    private void RecordFirstBytes(in Flow flow, double rate)
    {
        double seconds = clock.Seconds - flow.Begun + ((Scenario.FirstBytes - flow.Moved) / rate);
        Backend.Latency?.Record((long)(seconds * Stopwatch.Frequency), clock.GetTimestamp());
    }

    /// <summary>A flow: its size and what has been moved of it, in bytes, and when it began, in seconds.</summary>
    private readonly record struct Flow(double Size, double Begun, double Moved = 0);
}
