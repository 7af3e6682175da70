namespace L4Balancer.Discovery;

/// <summary>What a look-up of one name came to.</summary>
/// <param name="Servers">What it found.</param>
/// <param name="FailedParts">The questions of it that nobody has answered.</param>
/// <param name="Error">Why not; empty where all were answered.</param>
internal sealed record LookUpAnswer(
    IReadOnlyList<FoundServer> Servers, IReadOnlySet<string> FailedParts, string Error)
{
    /// <summary>Nothing was found, and not because there is nothing.</summary>
    public bool IsFailure => Servers.Count == 0 && FailedParts.Count > 0;

    /// <summary>There is no such name, or it has no address.</summary>
    public bool IsEmpty => Servers.Count == 0 && FailedParts.Count == 0;

    /// <summary>All questions were answered.</summary>
    public static LookUpAnswer Found(IEnumerable<FoundServer> servers) => new([.. servers], new HashSet<string>(), "");

    /// <summary>The only question, or the first, was not answered.</summary>
    public static LookUpAnswer Failed(string error) => new([], new HashSet<string> { "" }, error);

    /// <summary>The answers to several questions as one.</summary>
    public static LookUpAnswer Together(params IReadOnlyCollection<LookUpAnswer> answers) => new(
        [.. answers.SelectMany(static one => one.Servers)],
        answers.SelectMany(static one => one.FailedParts).ToHashSet(),
        answers.Select(static one => one.Error).FirstOrDefault(static error => error.Length > 0) ?? "");
}
