using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>How much a problem matters.</summary>
internal enum ProblemSeverity
{
    /// <summary>The configuration cannot be used.</summary>
    Error,

    /// <summary>The configuration works, but probably not as its author thinks.</summary>
    Warning,
}

/// <summary>One thing that is wrong with a configuration file.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Position">Where; null where it concerns the file as a whole.</param>
/// <param name="Message">What, and what to do; one line unless it ends with an example.</param>
internal sealed record ConfigProblem(ProblemSeverity Severity, TomlPosition? Position, string Message);

/// <summary>Collects what is wrong, so that all of it can be reported at once.</summary>
internal sealed class ProblemList
{
    private readonly List<ConfigProblem> _problems = [];

    /// <summary>True when the configuration cannot be used.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Adds an error; without a position it concerns the file as a whole.</summary>
    public void Error(TomlPosition? position, string message)
    {
        _problems.Add(new ConfigProblem(ProblemSeverity.Error, position, message));
        HasErrors = true;
    }

    /// <summary>Adds a warning.</summary>
    public void Warning(TomlPosition? position, string message) =>
        _problems.Add(new ConfigProblem(ProblemSeverity.Warning, position, message));

    /// <summary>In the order of the file; what concerns the whole file comes last.</summary>
    public IReadOnlyList<ConfigProblem> Sorted() =>
    [
        .. _problems
            .OrderBy(problem => problem.Position?.Line ?? int.MaxValue)
            .ThenBy(problem => problem.Position?.Column ?? int.MaxValue),
    ];
}
