using L4Balancer.Bench.Peers.Machine;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>Flows that a load generator holds open until this is disposed.</summary>
internal sealed class HeldFlows : IDisposable
{
    private readonly Turn _turn;
    private readonly ChildProcess _holder;

    /// <summary>Opens them, and waits until all are.</summary>
    /// <param name="turn">Whose turn.</param>
    /// <param name="command">The load generator's command.</param>
    /// <param name="address">Where to.</param>
    /// <param name="count">How many.</param>
    public HeldFlows(Turn turn, string command, string address, int count)
    {
        _turn = turn;
        _holder = turn.Rig.Children.Start(
            turn.LoadCores, command, [turn.Rig.LoadProgram, command, address, LoadLine.Text(count)]);
        string? said = _holder.ReadLine();
        if (said != $"open {LoadLine.Text(count)}")
            throw new MeasurementException($"{command} through {turn.Contestant.Name}: {said} {_holder.Errors}");
    }

    /// <summary>Closes them, and waits until all are.</summary>
    public void Dispose()
    {
        _holder.EndInput();
        _holder.ReadLine();
        _turn.Rig.Children.End(_holder);
    }
}
