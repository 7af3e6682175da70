namespace L4Balancer;

/// <summary>
/// Divides the process's descriptors: a session holds two, and the rest of the process (runtime, log, admin, probes, listeners,
/// kernel pipes) keeps a reserve, so that the admin side still answers when every place for a flow is taken.
/// </summary>
internal static class DescriptorBudget
{
    private const int DescriptorsPerSession = 2;
    private const int DescriptorsPerKernelPipe = 2;
    private const int Reserve = 256;

    /// <summary>Most kernel pipes of the process: a quarter of the reserve.</summary>
    private const int MaxKernelPipes = Reserve / 4 / DescriptorsPerKernelPipe;

    /// <summary>
    /// Sessions that fit: (limit - 256) / 2. Below a limit of 512 half of it is the reserve, and one session is always tried.
    /// </summary>
    public static int MaxConnections(int descriptors) =>
        Math.Max(1, (descriptors - Math.Min(Reserve, descriptors / 2)) / DescriptorsPerSession);

    /// <summary>Kernel pipes for each shard; none where descriptors are so few that flows need them more.</summary>
    public static int KernelPipesPerShard(int descriptors, int shards) =>
        descriptors < 2 * Reserve ? 0 : Math.Max(2, MaxKernelPipes / shards);
}
