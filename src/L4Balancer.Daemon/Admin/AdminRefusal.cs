namespace L4Balancer.Daemon.Admin;

/// <summary>A request that is not done, and why.</summary>
/// <param name="status">The HTTP status, 400 to 499.</param>
/// <param name="error">One sentence that says what and what to do.</param>
internal sealed class AdminRefusal(int status, string error) : Exception(error)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;
}
