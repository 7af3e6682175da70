namespace L4Balancer;

/// <summary>
/// Divides the process's descriptors: a session holds two, and the rest of the process (runtime, log, admin, probes,
/// listeners, kernel pipes) keeps a reserve, so that the admin side still answers when every place for a flow is taken.
/// The runtime alone holds two for each library it has loaded, about 150 at start, and needs more whenever it loads one
/// late; so a limit that leaves no whole reserve is refused.
/// </summary>
internal static class DescriptorBudget
{
    /// <summary>Kept for the rest of the process.</summary>
    public const int Reserve = 256;

    /// <summary>
    /// Of the reserve, what listening sockets and probes may take: one for each listener on each shard, one for each
    /// backend while it is probed. What they need beyond it, sessions do not get.
    /// </summary>
    private const int ReserveOfListenersAndProbes = 32;

    private const int DescriptorsPerSession = 2;
    private const int DescriptorsPerKernelPipe = 2;

    /// <summary>Most kernel pipes of the process: a quarter of the reserve.</summary>
    private const int MaxKernelPipes = Reserve / 4 / DescriptorsPerKernelPipe;

    /// <summary>Sessions that fit: (limit - 256) / 2, less where there are very many listeners or backends.</summary>
    /// <param name="descriptors">RLIMIT_NOFILE.</param>
    /// <param name="listenersAndProbes">Descriptors that listeners and probes hold at most.</param>
    /// <returns>Not above 0 where there are too few to serve anybody.</returns>
    public static int MaxConnections(int descriptors, int listenersAndProbes)
    {
        int beyondReserve = Math.Max(0, listenersAndProbes - ReserveOfListenersAndProbes);
        return (descriptors - Reserve - beyondReserve) / DescriptorsPerSession;
    }

    /// <summary>Kernel pipes for each shard; none where descriptors are so few that flows need them more.</summary>
    public static int KernelPipesPerShard(int descriptors, int shards) =>
        descriptors < 2 * Reserve ? 0 : Math.Max(2, MaxKernelPipes / shards);
}
