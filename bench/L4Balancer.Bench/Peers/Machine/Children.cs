namespace L4Balancer.Bench.Peers.Machine;

/// <summary>
/// All programs that were started and not ended yet. Any thread may end them, only the main one starts.
/// </summary>
internal sealed class Children : IDisposable
{
    private readonly List<ChildProcess> _running = [];
    private bool _closed;

    /// <summary>Starts a program that runs until it is ended.</summary>
    public ChildProcess Start(string cores, string name, IEnumerable<string> command)
    {
        lock (_running)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            ChildProcess child = ChildProcess.Start(cores, name, command);
            _running.Add(child);
            return child;
        }
    }

    /// <summary>Runs a program to its end; returns what it said.</summary>
    public string Run(string cores, string name, IEnumerable<string> command)
    {
        ChildProcess child = Start(cores, name, command);
        try
        {
            return child.Finish();
        }
        finally
        {
            End(child);
        }
    }

    /// <summary>Ends a program.</summary>
    public void End(ChildProcess child)
    {
        lock (_running)
        {
            if (_running.Remove(child)) child.Dispose();
        }
    }

    /// <summary>Ends all, the last one first: load before balancers before servers. None starts any more.</summary>
    public void Dispose()
    {
        lock (_running)
        {
            _closed = true;
            for (int i = _running.Count - 1; i >= 0; i--) _running[i].Dispose();
            _running.Clear();
        }
    }
}
