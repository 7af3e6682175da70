using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using L4Balancer.Daemon.Client;
using L4Balancer.Daemon.Commands.Display;

namespace L4Balancer.Daemon.Commands;

/// <summary><c>l4balancer events</c>: what has happened, and what happens.</summary>
internal static class EventsCommand
{
    private const int MostKept = 1000;
    private const int Shown = 20;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option<int> last = CountOption.Create("--last", "Begin with so many of the past", 0, MostKept, Shown);
        last.Aliases.Add("-n");
        Option<bool> follow = new("--follow", "-f") { Description = "Go on with those to come, until Ctrl-C" };

        Command command = new("events", "Show what has happened: state changes, reloads, ejections, drains")
        {
            last, follow,
        };
        AdminCommand.AddOptions(command);
        AdminCommand.SetAction(
            command, call => RunAsync(call, call.Parsed.GetValue(last), call.Parsed.GetValue(follow)));
        return command;
    }

    private static async Task<int> RunAsync(AdminCall call, int last, bool follow)
    {
        using CancellationTokenSource end = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            end.Cancel();
        });

        Terminal.FailWithoutReader();
        string path = $"events?last={Quantities.Count(last)}&follow={(follow ? "true" : "false")}";
        try
        {
            await foreach (string data in call.Client.EventsAsync(path, end.Token))
            {
                if (call.AsJson) Console.Out.WriteLine(data);
                else Write(data);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            return ExitCodes.Ok; // 'head' has seen enough, or the operator has.
        }

        if (!follow || end.IsCancellationRequested) return ExitCodes.Ok;
        throw new CommandFailure(ExitCodes.Unreachable, "the daemon has ended, and its events with it");
    }

    private static void Write(string data)
    {
        EventJson told = JsonSerializer.Deserialize(data, AnswersJson.Default.EventJson)!;
        if (told.Missed is { } missed)
        {
            Terminal.Output.Write(new Cell($"({missed} earlier events are not kept any more)", Tone.Faint));
            return;
        }

        Tone tone = told.Level switch
        {
            "error" => Tone.Bad,
            "warning" => Tone.Warning,
            _ => Tone.Plain,
        };
        Terminal.Output.Write(
            new Cell($"{told.Time} ", Tone.Faint), new Cell($"{told.Level} ", tone), $"{told.Event}: {told.Message}");
    }
}
