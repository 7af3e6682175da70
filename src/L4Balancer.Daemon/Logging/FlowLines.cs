using System.Globalization;
using System.Text;
using System.Text.Json;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Telemetry;

namespace L4Balancer.Daemon.Logging;

/// <summary>Writes a flow record as one line.</summary>
internal static class FlowLines
{
    private const string NoBackend = "-";

    /// <summary>Appends a record and a line feed. The form is not <see cref="LogFormat.Auto"/>.</summary>
    /// <param name="text">Takes the line.</param>
    /// <param name="format">The form of the line.</param>
    /// <param name="record">The record.</param>
    /// <param name="ended">When the flow ended, by the wall clock.</param>
    public static void Append(StringBuilder text, LogFormat format, FlowRecord record, DateTimeOffset ended)
    {
        switch (format)
        {
            case LogFormat.Json:
                text.Append(LogLines.Json(json => WriteMembers(json, record, ended)));
                break;
            case LogFormat.Journald:
                AppendText(text.Append("<6>"), record);
                break;
            default:
                AppendText(text.Append(LogLines.Time(ended)).Append(' '), record);
                break;
        }

        text.Append('\n');
    }

    private static void AppendText(StringBuilder text, FlowRecord record)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $"flow service={record.Service} protocol={Protocol(record)} "
            + $"client={record.Flow.Client} local={record.Flow.Local} "
            + $"backend={record.Backend ?? NoBackend} reason={CloseReasons.Text(record.Reason)} "
            + $"client_bytes={record.ClientBytes} server_bytes={record.ServerBytes} ");
        if (IsUdp(record))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"client_datagrams={record.ClientDatagrams} server_datagrams={record.ServerDatagrams} ");
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"queue_ms={Milliseconds(record.QueueDuration)} ");
        }

        text.Append(
            CultureInfo.InvariantCulture,
            $"connect_ms={Milliseconds(record.ConnectDuration)} duration_ms={Milliseconds(record.Duration)} "
            + $"attempts={record.Attempts}");
    }

    private static void WriteMembers(Utf8JsonWriter json, FlowRecord record, DateTimeOffset ended)
    {
        json.WriteString("time", LogLines.Time(ended));
        json.WriteString("event", "flow");
        json.WriteString("service", record.Service);
        json.WriteString("protocol", Protocol(record));
        json.WriteString("client", record.Flow.Client.ToString());
        json.WriteString("local", record.Flow.Local.ToString());
        json.WriteString("backend", record.Backend);
        json.WriteString("reason", CloseReasons.Text(record.Reason));
        json.WriteNumber("client_bytes", record.ClientBytes);
        json.WriteNumber("server_bytes", record.ServerBytes);
        if (IsUdp(record))
        {
            json.WriteNumber("client_datagrams", record.ClientDatagrams);
            json.WriteNumber("server_datagrams", record.ServerDatagrams);
        }
        else
        {
            json.WriteNumber("queue_ms", Milliseconds(record.QueueDuration));
        }

        json.WriteNumber("connect_ms", Milliseconds(record.ConnectDuration));
        json.WriteNumber("duration_ms", Milliseconds(record.Duration));
        json.WriteNumber("attempts", record.Attempts);
    }

    private static bool IsUdp(FlowRecord record) => record.Flow.Protocol == FlowProtocol.Udp;

    private static string Protocol(FlowRecord record) => IsUdp(record) ? "udp" : "tcp";

    /// <summary>To the microsecond.</summary>
    private static decimal Milliseconds(TimeSpan duration) => Math.Floor(duration.Ticks / 10m) / 1000m;
}
