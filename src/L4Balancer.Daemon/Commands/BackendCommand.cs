using System.CommandLine;
using System.Globalization;
using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Client;
using L4Balancer.Daemon.Commands.Display;

namespace L4Balancer.Daemon.Commands;

/// <summary><c>l4balancer backend</c>: shows backends and says what the operator wants of one.</summary>
internal static class BackendCommand
{
    private const int MostWeight = 256;
    private const string Configured = "default";

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command = new("backend", "List backends; drain one, take it out, put it back, or weigh it")
        {
            List(), Drain(),
            Change("ready", "Let a backend take new flows again, as far as its probes agree"),
            Change("maint", "Take a backend out now: its flows are ended, new ones go elsewhere"),
            Weight(),
        };
        AdminCommand.AddOptions(command);
        return command;
    }

    private static Argument<string> Name()
    {
        Argument<string> name = new("NAME") { Description = "The backend's name, or POOL/NAME where pools share it" };
        name.CompletionSources.Add(LiveNames.Backends);
        return name;
    }

    private static Command List()
    {
        Command command = new("list", "List backends with their state, and why it is so");
        AdminCommand.SetAction(command, async call =>
        {
            AdminAnswer answer = (await call.Client.GetAsync("backends")).OrRefused();
            if (call.AsJson) AdminCall.Print(answer);
            else Terminal.Output.Write(BackendTable.Render(
                answer.Read(AnswersJson.Default.BackendJsonArray), TimeProvider.System.GetUtcNow()));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Drain()
    {
        Argument<string> name = Name();
        Option<TimeSpan?> deadline = DurationOption.Create("--deadline", "End the flows that remain after this long");
        Option<TimeSpan?> wait = DurationOption.Create(
            "--wait", "Wait until no flow remains, at most this long; exit code 1 if some do");
        Command command = new("drain", "Let a backend's flows go on, and send it no new ones") { name, deadline, wait };
        AdminCommand.SetAction(command, async call =>
        {
            BackendRequest request = new(
                call.Parsed.GetRequiredValue(name), call.Parsed.GetValue(deadline)?.TotalSeconds);
            AdminAnswer answer =
                await call.Client.PostAsync("backends/drain", request, AnswersJson.Default.BackendRequest);
            if (call.Parsed.GetValue(wait) is not { } patience) return Report(call, answer);

            BackendJson backend = answer.OrRefused().Read(AnswersJson.Default.BackendJson);
            return await new DrainWait(call, patience).ForBackendAsync(Told.FullName(backend));
        });
        return command;
    }

    private static Command Change(string state, string description)
    {
        Argument<string> name = Name();
        Command command = new(state, description) { name };
        AdminCommand.SetAction(command, async call => Report(call, await call.Client.PostAsync(
            $"backends/{state}", new BackendRequest(call.Parsed.GetRequiredValue(name)),
            AnswersJson.Default.BackendRequest)));
        return command;
    }

    private static Command Weight()
    {
        Argument<string> name = Name();
        Argument<string> weight = new("WEIGHT")
        {
            Description = $"0 to {MostWeight}, 0 for no new flows; or '{Configured}' for the configured one",
        };
        weight.CompletionSources.Add(Configured);
        weight.Validators.Add(static result =>
        {
            string text = result.Tokens[0].Value;
            if (TryWeight(text, out _)) return;
            result.AddError($"WEIGHT: \"{text}\" is no weight; write 0 to {MostWeight} or {Configured}");
        });
        Command command = new("weight", "Change a backend's share of new flows") { name, weight };
        AdminCommand.SetAction(command, async call =>
        {
            TryWeight(call.Parsed.GetRequiredValue(weight), out int? value);
            return Report(call, await call.Client.PostAsync(
                "backends/weight", new WeightRequest(call.Parsed.GetRequiredValue(name), value),
                AnswersJson.Default.WeightRequest));
        });
        return command;
    }

    /// <summary>Reads a weight; null is the configured one.</summary>
    private static bool TryWeight(string text, out int? weight)
    {
        weight = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
        return weight <= MostWeight || text == Configured;
    }

    private static int Report(AdminCall call, AdminAnswer answer)
    {
        BackendJson backend = answer.OrRefused().Read(AnswersJson.Default.BackendJson);
        if (call.AsJson)
        {
            AdminCall.Print(answer);
            return ExitCodes.Ok;
        }

        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        string why = BackendTable.Why(backend, now);
        Terminal.Output.Write(
            $"{Told.FullName(backend)}: ", BackendTable.State(backend), $", weight {BackendTable.Weight(backend)}",
            why.Length > 0 ? $"; {why}" : "");
        return ExitCodes.Ok;
    }
}
