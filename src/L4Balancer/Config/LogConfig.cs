namespace L4Balancer.Config;

/// <summary>The least severe messages that are written.</summary>
public enum LogLevelName
{
    /// <summary>Everything, for finding a fault.</summary>
    Debug,

    /// <summary>State changes and what an operator should know. The default.</summary>
    Info,

    /// <summary>What may need action.</summary>
    Warning,

    /// <summary>What failed.</summary>
    Error,
}

/// <summary>How a log line looks.</summary>
public enum LogFormat
{
    /// <summary>
    /// <see cref="Journald"/> where the output is the journal, otherwise <see cref="Text"/>. The default.
    /// </summary>
    Auto,

    /// <summary>One readable line.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,

    /// <summary>
    /// Text behind the priority prefix that journald reads (<c>&lt;6&gt;</c>); the journal adds the time.
    /// </summary>
    Journald,
}

/// <summary>Which flows leave a record when they end.</summary>
/// <param name="Errors">Flows whose close reason is an error leave a record.</param>
/// <param name="OneIn">Of the other flows every n-th leaves one: 1 all, 0 none.</param>
public readonly record struct FlowLogFilter(bool Errors, int OneIn)
{
    /// <summary>Every flow leaves a record.</summary>
    public static FlowLogFilter All { get; } = new(true, 1);

    /// <summary>Flows that ended badly leave a record. The default.</summary>
    public static FlowLogFilter OnlyErrors { get; } = new(true, 0);

    /// <summary>No flow leaves a record.</summary>
    public static FlowLogFilter None { get; }
}

/// <summary>The <c>[log]</c> table.</summary>
public sealed record LogConfig
{
    /// <summary>Least severe level written. Default info.</summary>
    public LogLevelName Level { get; init; } = LogLevelName.Info;

    /// <summary>Form of the lines. Default auto.</summary>
    public LogFormat Format { get; init; } = LogFormat.Auto;

    /// <summary>Which flows leave a record. Default errors.</summary>
    public FlowLogFilter Flows { get; init; } = FlowLogFilter.OnlyErrors;
}
