namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>
/// Memory that flows add to a process. The process is warmed up by flows that are closed again; sessions of UDP live
/// on, and are in both readings.
/// </summary>
internal sealed class IdleMemory
{
    private const int WarmUpFlows = 100;

    // There is no event to wait for: what follows an opening or a close is other processes' own affair.
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    private readonly Turn _turn;
    private readonly string _command;
    private readonly string _address;
    private readonly double _before;

    /// <summary>Warms up and reads what there is without flows.</summary>
    public IdleMemory(Turn turn, string command, string address)
    {
        _turn = turn;
        _command = command;
        _address = address;
        using (HeldFlows warm = new(turn, command, address, WarmUpFlows))
        {
        }

        Thread.Sleep(Settle);
        _before = turn.Contestant.Processes.ResidentKib();
    }

    /// <summary>Opens flows.</summary>
    public HeldFlows Hold(int flows) => new(_turn, _command, _address, flows);

    /// <summary>What each of so many open flows has added.</summary>
    public double KibPerFlow(int flows)
    {
        Thread.Sleep(Settle);
        return (_turn.Contestant.Processes.ResidentKib() - _before) / flows;
    }
}
