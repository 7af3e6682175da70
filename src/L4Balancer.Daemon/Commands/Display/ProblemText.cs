using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Configuration;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Commands.Display;

/// <summary>Problems of a file that the daemon found, in the form of <c>check</c>.</summary>
internal static class ProblemText
{
    /// <summary>Writes them to standard error, each with its line where this user may read the file.</summary>
    public static void Write(IEnumerable<FileProblemJson> problems)
    {
        foreach (IGrouping<string, FileProblemJson> file in problems.GroupBy(static problem => problem.File))
        {
            ConfigFile found = new(file.Key, new SourceText(TextOf(file.Key)), Config: null, [.. file.Select(Read)]);
            ProblemPrinter.WriteText(found, Console.Error);
        }
    }

    private static ConfigProblem Read(FileProblemJson problem) => new(
        problem.Severity == "warning" ? ProblemSeverity.Warning : ProblemSeverity.Error,
        problem is { Line: { } line, Column: { } column } ? new TomlPosition(line, column) : null,
        problem.Message);

    /// <summary>The daemon may read files that this user may not; then there is nothing to quote.</summary>
    private static string TextOf(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "";
        }
    }
}
