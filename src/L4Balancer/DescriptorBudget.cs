namespace L4Balancer;

/// <summary>
/// Divides the process's descriptors: a TCP session holds two, a UDP session one, and the rest of the process (runtime,
/// log, admin, probes, listeners, kernel pipes) keeps a reserve, so that the admin side still answers when every place
/// for a flow is taken. The runtime alone holds two for each library it has loaded, about 150 at start, and needs more
/// whenever it loads one late; so a limit that leaves no whole reserve is refused. UDP services have shares of their
/// own: whoever can send datagrams can fill a session table, and must not take the places of others by that.
/// </summary>
internal static class DescriptorBudget
{
    /// <summary>Kept for the rest of the process.</summary>
    public const int Reserve = 256;

    /// <summary>What a TCP session holds.</summary>
    public const int PerTcpSession = 2;

    /// <summary>
    /// Of the reserve, what listening sockets and probes may take: one for each listener on each shard, one for each
    /// probe under way. What they need beyond it, sessions do not get.
    /// </summary>
    private const int ReserveOfListenersAndProbes = 32;

    private const int PerKernelPipe = 2;

    /// <summary>Most kernel pipes of the process: a quarter of the reserve.</summary>
    private const int MaxKernelPipes = Reserve / 4 / PerKernelPipe;

    /// <summary>
    /// Descriptors that are left for sessions: limit - 256, less with very many listeners or backends.
    /// </summary>
    /// <param name="descriptors">RLIMIT_NOFILE.</param>
    /// <param name="listenersAndProbes">Descriptors that listeners and probes hold at most.</param>
    /// <returns>Not above 0 where there are too few to serve anybody.</returns>
    public static int ForSessions(int descriptors, int listenersAndProbes) =>
        descriptors - Reserve - Math.Max(0, listenersAndProbes - ReserveOfListenersAndProbes);

    /// <summary>
    /// Sessions that each UDP service may have. Those that say how many get as many, together at most all descriptors
    /// (three quarters where there are TCP services too), in proportion where that is not enough. The others divide
    /// what is left evenly; half of it where there are TCP services.
    /// </summary>
    /// <param name="wanted">What each service says; 0 where it says nothing.</param>
    /// <param name="forSessions">Descriptors.</param>
    /// <param name="besidesTcp">There are TCP services too.</param>
    /// <param name="ports">Ports of this host, of which each session takes one.</param>
    public static int[] UdpShares(int[] wanted, int forSessions, bool besidesTcp, int ports)
    {
        long most = Math.Min(ports, besidesTcp ? forSessions * 3L / 4 : forSessions);
        long sum = wanted.Sum(static one => (long)one);
        double granted = sum > most ? (double)most / sum : 1;
        int[] shares = [.. wanted.Select(one => (int)(one * granted))];

        int others = wanted.Count(static one => one == 0);
        int left = forSessions - shares.Sum();
        if (besidesTcp) left /= 2;
        left = Math.Min(left, ports - shares.Sum());
        return [.. wanted.Select((one, i) => one > 0 ? shares[i] : left / others)];
    }

    /// <summary>Kernel pipes for each shard; none where descriptors are so few that flows need them more.</summary>
    public static int KernelPipesPerShard(int descriptors, int shards) =>
        descriptors < 2 * Reserve ? 0 : Math.Max(2, MaxKernelPipes / shards);
}
