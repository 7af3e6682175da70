namespace L4Balancer.Daemon.Commands;

/// <summary>What the process returns.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>
    /// The configuration is invalid, the balancer could not start or is not ready, or what was waited for did not come
    /// about.
    /// </summary>
    public const int Invalid = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The daemon does not answer on its admin socket.</summary>
    public const int Unreachable = 3;

    /// <summary>The daemon answers that it will not.</summary>
    public const int Refused = 4;
}
