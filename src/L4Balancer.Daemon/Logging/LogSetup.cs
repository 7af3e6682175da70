using L4Balancer.Config;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace L4Balancer.Daemon.Logging;

/// <summary>Sets up the log. It goes to standard error; standard output belongs to flow records.</summary>
internal static class LogSetup
{
    /// <summary>The name that the process and its data path log under.</summary>
    public const string Category = "L4Balancer";

    /// <summary>The descriptor that flow records go to.</summary>
    public const int StandardOutput = 1;

    private const int StandardError = 2;

    /// <summary>
    /// Lines that wait for a slow terminal or pipe; what comes then is dropped, and the log says how many.
    /// </summary>
    private const int WaitingLines = 4096;

    /// <summary>Adds the console logger. It never blocks whoever logs.</summary>
    public static void Apply(ILoggingBuilder logging, LogConfig config)
    {
        LogFormat format = Resolve(config.Format, StandardError);
        logging.SetMinimumLevel(Level(config.Level));
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // A failed start is told in one line instead.
        logging.Services.AddSingleton<ConsoleFormatter>(new LineFormatter(format, TimeProvider.System));
        AddEvents(logging);
        logging.AddConsole(console =>
        {
            console.FormatterName = LineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            console.MaxQueueLength = WaitingLines;
        });
    }

    /// <summary>Events are this program's own messages, whatever level is written to the log.</summary>
    private static void AddEvents(ILoggingBuilder logging)
    {
        logging.AddFilter<EventFeed>(null, LogLevel.None);
        logging.AddFilter<EventFeed>(Category, LogLevel.Information);
        logging.Services.AddSingleton(new EventFeed(TimeProvider.System));
        logging.Services.AddSingleton<ILoggerProvider>(static provider => provider.GetRequiredService<EventFeed>());
    }

    /// <summary>The form of lines to a descriptor: <see cref="LogFormat.Auto"/> becomes journald or text.</summary>
    public static LogFormat Resolve(LogFormat format, int descriptor) =>
        format != LogFormat.Auto ? format
        : JournalStream.IsDescriptor(descriptor) ? LogFormat.Journald
        : LogFormat.Text;

    private static LogLevel Level(LogLevelName level) => level switch
    {
        LogLevelName.Debug => LogLevel.Debug,
        LogLevelName.Info => LogLevel.Information,
        LogLevelName.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}
