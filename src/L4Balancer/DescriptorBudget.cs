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

    private const int DescriptorsPerSession = 2;
    private const int DescriptorsPerKernelPipe = 2;

    /// <summary>Least descriptors that the process starts with: the reserve and one session.</summary>
    public const int Least = Reserve + DescriptorsPerSession;

    /// <summary>Most kernel pipes of the process: a quarter of the reserve.</summary>
    private const int MaxKernelPipes = Reserve / 4 / DescriptorsPerKernelPipe;

    /// <summary>Sessions that fit: (limit - 256) / 2. The limit is not below <see cref="Least"/>.</summary>
    public static int MaxConnections(int descriptors) => (descriptors - Reserve) / DescriptorsPerSession;

    /// <summary>Kernel pipes for each shard; none where descriptors are so few that flows need them more.</summary>
    public static int KernelPipesPerShard(int descriptors, int shards) =>
        descriptors < 2 * Reserve ? 0 : Math.Max(2, MaxKernelPipes / shards);
}
