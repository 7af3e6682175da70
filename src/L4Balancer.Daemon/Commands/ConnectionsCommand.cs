using System.CommandLine;
using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Client;
using L4Balancer.Daemon.Commands.Display;
using L4Balancer.Daemon.Configuration;

namespace L4Balancer.Daemon.Commands;

/// <summary><c>l4balancer connections</c>: lists live flows, and ends them.</summary>
internal static class ConnectionsCommand
{
    private const int MostListed = 100_000;
    private const int Listed = 100;

    private static readonly Option<string?> Service = Filter("--service", "Only those of this service", "NAME");
    private static readonly Option<string?> Client = Filter("--client", "Only those of this address or prefix", "CIDR");
    private static readonly Option<string?> Backend = Filter("--backend", "Only those of this backend", "NAME");

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option<int> limit = CountOption.Create("--limit", "List at most so many", 1, MostListed, Listed);
        Command command = new("connections", "List live flows, the youngest first; 'kill' ends some")
        {
            Service, Client, Backend, limit, Kill(),
        };
        AdminCommand.AddOptions(command);
        AdminCommand.SetAction(command, call => ListAsync(call, call.Parsed.GetValue(limit)));
        return command;
    }

    private static Option<string?> Filter(string name, string description, string helpName)
    {
        Option<string?> option = new(name) { Description = description, HelpName = helpName, Recursive = true };
        if (name == "--service") option.CompletionSources.Add(LiveNames.Services);
        if (name == "--backend") option.CompletionSources.Add(LiveNames.Backends);
        return option;
    }

    private static async Task<int> ListAsync(AdminCall call, int limit)
    {
        string path = $"connections?limit={Quantities.Count(limit)}"
            + Query("service", call.Parsed.GetValue(Service))
            + Query("client", call.Parsed.GetValue(Client))
            + Query("backend", call.Parsed.GetValue(Backend));
        AdminAnswer answer = (await call.Client.GetAsync(path)).OrRefused();
        if (call.AsJson)
        {
            AdminCall.Print(answer);
            return ExitCodes.Ok;
        }

        ConnectionsJson found = answer.Read(AnswersJson.Default.ConnectionsJson);
        Terminal output = Terminal.Output;
        if (found.Connections.Count > 0) output.Write(ConnectionTable.Render(found.Connections));
        if (found.Connections.Count < found.Total)
        {
            output.WriteSentence(
                $"{found.Connections.Count} of {found.Total} flows; --limit shows up to {MostListed}", Tone.Faint);
        }
        else if (output.Width is not null)
        {
            output.WriteSentence(Listing.Count((int)found.Total, "flow"), Tone.Faint);
        }

        return ExitCodes.Ok;
    }

    private static Command Kill()
    {
        Argument<string?> id = new("ID")
        {
            Description = "The flow's ID, as the list shows it",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Command command = new("kill", "End a flow now, or all of a client, a backend, a service") { id };
        command.Validators.Add(result =>
        {
            bool hasId = result.GetResult(id) is { Tokens.Count: > 0 };
            bool hasFilter = Array.Exists([Service, Client, Backend], option => result.GetResult(option) is not null);
            if (hasId == hasFilter)
            {
                result.AddError(hasId
                    ? "kill takes an ID or filters, not both"
                    : "kill which flows? Give an ID of 'l4balancer connections', or --service, --client or --backend");
            }
        });
        AdminCommand.SetAction(command, call => KillAsync(call, call.Parsed.GetValue(id)));
        return command;
    }

    private static async Task<int> KillAsync(AdminCall call, string? id)
    {
        KillRequest request = new()
        {
            Id = id,
            Service = call.Parsed.GetValue(Service),
            Client = call.Parsed.GetValue(Client),
            Backend = call.Parsed.GetValue(Backend),
        };
        AdminAnswer answer = (await call.Client.PostAsync("connections/kill", request, AnswersJson.Default.KillRequest))
            .OrRefused();
        KilledJson killed = answer.Read(AnswersJson.Default.KilledJson);
        if (call.AsJson) AdminCall.Print(answer);
        else if (killed.Killed == 0) Terminal.Output.WriteSentence("no such flow");
        else Terminal.Output.WriteSentence($"{Listing.Count((int)killed.Killed, "flow")} ended");

        return ExitCodes.Ok;
    }

    private static string Query(string name, string? value) =>
        value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
