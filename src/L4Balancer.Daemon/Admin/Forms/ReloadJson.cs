using L4Balancer.Daemon.Configuration;

namespace L4Balancer.Daemon.Admin.Forms;

/// <summary>What a reload came to.</summary>
internal sealed record ReloadJson(
    bool Ok, string? Error, IReadOnlyList<string> Changes, IReadOnlyList<string> Warnings,
    IReadOnlyList<FileProblemJson> Problems);

/// <summary>What a reload would do.</summary>
internal sealed record ConfigDiffJson(
    string File, IReadOnlyList<string> Changes, IReadOnlyList<string> Warnings, IReadOnlyList<string> Runtime,
    IReadOnlyList<FileProblemJson> Problems);

/// <summary>Something that is wrong with a file; no line and column where it concerns the whole of it.</summary>
internal sealed record FileProblemJson(string File, int? Line, int? Column, string Severity, string Message)
{
    /// <summary>Writes problems of a file.</summary>
    public static IReadOnlyList<FileProblemJson> Of(string file, IReadOnlyList<ConfigProblem> problems) =>
    [
        .. problems.Select(problem => new FileProblemJson(
            file, problem.Position?.Line, problem.Position?.Column, Written.Word(problem.Severity), problem.Message)),
    ];
}
