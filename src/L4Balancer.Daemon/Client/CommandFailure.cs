namespace L4Balancer.Daemon.Client;

/// <summary>Why a command ends early: one sentence for the operator, who needs no stack trace.</summary>
/// <param name="exitCode">One of <see cref="Commands.ExitCodes"/>.</param>
/// <param name="message">What is wrong and what to do, without the program's name.</param>
internal sealed class CommandFailure(int exitCode, string message) : Exception(message)
{
    /// <summary>What the process returns.</summary>
    public int ExitCode => exitCode;

    /// <summary>Nobody is there any more, which is something else than no answer.</summary>
    public bool IsGone { get; init; }
}
