using System.CommandLine;
using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Client;
using L4Balancer.Daemon.Commands.Display;

namespace L4Balancer.Daemon.Commands;

/// <summary><c>l4balancer status</c>: what the daemon does, at a glance.</summary>
internal static class StatusCommand
{
    /// <summary>Where the daemon tells all of it.</summary>
    public const string Page = "status.json";

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command = new("status", "Show the daemon: phase, connections, last reload, services, backends");
        AdminCommand.AddOptions(command);
        AdminCommand.SetAction(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(AdminCall call)
    {
        AdminAnswer answer = (await call.Client.GetAsync(Page)).OrRefused();
        if (call.AsJson)
        {
            AdminCall.Print(answer);
            return ExitCodes.Ok;
        }

        StatusJson status = answer.Read(AnswersJson.Default.StatusJson);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Terminal output = Terminal.Output;
        output.Write(StatusLines.Identity(status));
        output.WriteSentence(StatusLines.Use(status));
        output.WriteSentence(StatusLines.Config(status.Config, now));
        if (StatusLines.LastReload(status.Config, now) is { } reload)
        {
            output.WriteSentence(reload, status.Config.LastReload is { Ok: false } ? Tone.Bad : Tone.Plain);
        }

        foreach (string line in status.Pools.SelectMany(StatusLines.Pool)) output.WriteSentence(line, Tone.Warning);
        foreach (ZoneJson zone in status.Zones.Where(static one => one.Away))
        {
            output.WriteSentence($"zone {zone.Name} is away, {zone.Sessions} flows go on", Tone.Warning);
        }

        output.Write();
        output.Write(ServiceTable(status.Services));
        output.Write();
        output.Write(BackendTable.Render(status.Backends, now));
        return ExitCodes.Ok;
    }

    private static TextTable ServiceTable(IEnumerable<ServiceJson> services)
    {
        TextTable table = new(
            new Column("SERVICE"), new Column("OPEN", IsNumber: true), new Column("PEAK", Rank: 4, IsNumber: true),
            new Column("LIMIT", Rank: 3, IsNumber: true), new Column("TOTAL", Rank: 2, IsNumber: true),
            new Column("IN", Rank: 5, IsNumber: true), new Column("OUT", Rank: 5, IsNumber: true),
            new Column("ERRORS", Rank: 1, IsNumber: true), new Column("LISTENS"));
        foreach (ServiceJson service in services)
        {
            SessionsJson sessions = service.Sessions;
            table.Add(
                service.Name, Open(service), sessions.Peak, sessions.Limit, sessions.Total,
                Quantities.Bytes(service.Bytes.FromClients), Quantities.Bytes(service.Bytes.ToClients),
                service.Errors, Listens(service));
        }

        return table;
    }

    /// <summary>Sessions, and those of its pool that wait for a place at a backend.</summary>
    private static Cell Open(ServiceJson service) => service.Queue is { Waiting: > 0 and var waiting }
        ? new Cell($"{service.Sessions.Open} ({waiting} queued)", Tone.Warning)
        : service.Sessions.Open;

    private static Cell Listens(ServiceJson service) => service.State == "removed"
        ? new Cell("removed, its last flows go on", Tone.Warning)
        : $"{service.Protocol} {string.Join(", ", service.Listen)}";
}
