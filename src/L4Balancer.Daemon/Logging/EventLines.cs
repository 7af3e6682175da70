using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Logging;

/// <summary>Writes an event as one line of JSON.</summary>
internal static class EventLines
{
    private const string Template = "{OriginalFormat}"; // What the logging library adds to a message's values.

    private static readonly JsonNamingPolicy Naming = JsonNamingPolicy.SnakeCaseLower;

    /// <summary>The event's name: <c>BackendDown</c> is <c>backend_down</c>.</summary>
    public static string Name(string message) => Naming.ConvertName(message);

    /// <summary>One JSON object.</summary>
    /// <param name="id">The event's number.</param>
    /// <param name="time">When it was.</param>
    /// <param name="level">How much it matters.</param>
    /// <param name="name">The message's name in the sources.</param>
    /// <param name="message">The message's text.</param>
    /// <param name="fields">The message's values by name.</param>
    public static string Write(
        long id, DateTimeOffset time, LogLevel level, string name, string message,
        IEnumerable<KeyValuePair<string, object?>> fields) => LogLines.Json(json =>
    {
        json.WriteNumber("id", id);
        json.WriteString("time", LogLines.Time(time));
        json.WriteString("level", Level(level));
        json.WriteString("event", Name(name));
        json.WriteString("message", LogLines.OneLine(message));
        json.WriteStartObject("fields");
        foreach ((string field, object? value) in fields)
        {
            if (field != Template) WriteField(json, Naming.ConvertName(field), value);
        }

        json.WriteEndObject();
    });

    private static void WriteField(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            case TimeSpan duration:
                json.WriteNumber(name, duration.TotalSeconds);
                break;
            default:
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Information => "information",
        LogLevel.Warning => "warning",
        _ => "error",
    };
}
