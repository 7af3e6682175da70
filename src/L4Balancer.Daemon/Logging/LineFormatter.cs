using L4Balancer.Config;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace L4Balancer.Daemon.Logging;

/// <summary>Writes each message of the log as one line, in the configured form.</summary>
internal sealed class LineFormatter(LogFormat format, TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>What the console logger finds it by.</summary>
    public const string FormatterName = "l4balancer";

    /// <inheritdoc/>
    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        string message = LogLines.OneLine(logEntry.Formatter(logEntry.State, logEntry.Exception));
        string? exception = logEntry.Exception is { } thrown ? LogLines.OneLine(thrown.ToString()) : null;
        string category = logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..];
        textWriter.WriteLine(Line(logEntry.LogLevel, category, message, exception));
    }

    private string Line(LogLevel level, string category, string message, string? exception)
    {
        string instant = LogLines.Time(time.GetUtcNow());
        string detail = exception is null ? "" : $": {exception}";
        return format switch
        {
            LogFormat.Journald => $"{LogLines.Priority(level)}{category}: {message}{detail}",
            LogFormat.Json => LogLines.Json(json =>
            {
                json.WriteString("time", instant);
                json.WriteString("level", LogLines.Level(level));
                json.WriteString("category", category);
                json.WriteString("message", message);
                if (exception is not null) json.WriteString("exception", exception);
            }),
            _ => $"{instant} {LogLines.Level(level),-7} {category}: {message}{detail}",
        };
    }
}
