namespace L4Balancer.Daemon.Commands;

/// <summary>What the process returns.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>The configuration is invalid, or the balancer could not start.</summary>
    public const int Invalid = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;
}
