namespace L4Balancer.Discovery;

/// <summary>
/// Which servers of a name count, given what its look-ups came to. An answer counts at once, also for what it no longer
/// has. Look-ups that fail leave everything as it is for the hold; so do answers that there is nothing at all, until
/// one has come <see cref="EmptyAnswers"/> times in a row: a zone that is being replaced must not empty a pool. One
/// caller at a time.
/// </summary>
internal sealed class HeldServers(TimeSpan hold)
{
    /// <summary>Answers in a row that there is nothing, which count.</summary>
    public const int EmptyAnswers = 3;

    /// <summary>Servers of one name; of more the first count, in the order of their addresses.</summary>
    public const int MostServers = 1024;

    private int _empty;
    private TimeSpan _foundAt;
    private TimeSpan _wholeAt;

    /// <summary>Those that count, in the order of their addresses.</summary>
    public IReadOnlyList<FoundServer> Servers { get; private set; } = [];

    /// <summary>The last answer had more than count.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Begins with what another has found, which counts as an answer of this moment.</summary>
    public void Begin(IReadOnlyList<FoundServer> found, TimeSpan now)
    {
        Servers = found;
        _foundAt = _wholeAt = now;
    }

    /// <summary>A look-up has ended.</summary>
    /// <param name="answer">What it came to.</param>
    /// <param name="now">When, from any start.</param>
    public void Observe(LookUpAnswer answer, TimeSpan now)
    {
        if (answer.Servers.Count > 0) Take(answer, now);
        else if (answer.IsFailure) DropIf(now - _foundAt >= hold);
        else DropIf(++_empty >= EmptyAnswers || now - _foundAt >= hold);
    }

    private void DropIf(bool isOver)
    {
        if (isOver) Servers = [];
    }

    private void Take(LookUpAnswer answer, TimeSpan now)
    {
        _empty = 0;
        _foundAt = now;
        if (answer.FailedParts.Count == 0 || Servers.Count == 0) _wholeAt = now;
        IEnumerable<FoundServer> kept = now - _wholeAt < hold
            ? Servers.Where(one => answer.FailedParts.Contains(one.Part))
            : [];
        IReadOnlyList<FoundServer> all = FoundServer.Sorted(answer.Servers.Concat(kept));
        IsCut = all.Count > MostServers;
        Servers = IsCut ? [.. all.Take(MostServers)] : all;
    }
}
