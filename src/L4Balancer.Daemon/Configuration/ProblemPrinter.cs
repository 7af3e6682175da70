using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace L4Balancer.Daemon.Configuration;

/// <summary>Writes what is wrong with a file, for eyes or for programs.</summary>
internal static class ProblemPrinter
{
    /// <summary>Width that line numbers are set in before a quoted line.</summary>
    private const int LineNumberWidth = 5;

    /// <summary>The array is for programs and terminals, never inside HTML: quotes need no \u0022.</summary>
    private static readonly ProblemJsonForm Form = new(new JsonSerializerOptions(ProblemJsonForm.Default.Options)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>
    /// One problem after the other as compilers do: <c>file:line:column: error: message</c>, the line, and what of it
    /// is meant.
    /// </summary>
    public static void WriteText(ConfigFile file, TextWriter output)
    {
        foreach (ConfigProblem problem in file.Problems)
        {
            string place = problem.Position is { } at ? $"{file.Path}:{at.Line}:{at.Column}" : file.Path;
            output.WriteLine($"{place}: {Word(problem.Severity)}: {problem.Message}");
            if (problem.Position is not { } position || file.Text.Quote(position) is not var (line, marks)) continue;

            output.WriteLine($"{position.Line,LineNumberWidth} | {line}");
            output.WriteLine($"{"",LineNumberWidth} | {marks}");
        }
    }

    /// <summary>
    /// All problems as one JSON array; line and column are absent where a problem concerns the whole file.
    /// </summary>
    public static void WriteJson(ConfigFile file, TextWriter output) =>
        output.WriteLine(JsonSerializer.Serialize(
            file.Problems.Select(problem => Json(file.Path, problem)).ToArray(), Form.ProblemJsonArray));

    private static ProblemJson Json(string path, ConfigProblem problem) => new(
        path, problem.Position?.Line, problem.Position?.Column, Word(problem.Severity), problem.Message);

    private static string Word(ProblemSeverity severity) =>
        severity == ProblemSeverity.Error ? "error" : "warning";
}

/// <summary>A problem as programs read it.</summary>
internal sealed record ProblemJson(string File, int? Line, int? Column, string Severity, string Message);

/// <summary>Generated code that writes <see cref="ProblemJson"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ProblemJson[]))]
internal sealed partial class ProblemJsonForm : JsonSerializerContext;
