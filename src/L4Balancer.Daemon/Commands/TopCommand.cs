using System.CommandLine;
using L4Balancer.Config;
using L4Balancer.Daemon.Commands.Display;
using L4Balancer.Daemon.Commands.Top;
using Spectre.Console;

namespace L4Balancer.Daemon.Commands;

/// <summary><c>l4balancer top</c>: what happens now, live on a terminal, once elsewhere.</summary>
internal static class TopCommand
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(1);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        string[] names = [.. TopView.All.Select(static view => view.Name)];
        Argument<string> view = new("VIEW")
        {
            Description = $"What to begin with: {string.Join(", ", names)}",
            DefaultValueFactory = _ => names[0],
        };
        view.AcceptOnlyFromAmong(names);
        Option<TimeSpan?> interval = DurationOption.Create("--interval", "Time between two looks [default: 1s]");
        interval.Validators.Add(result =>
        {
            // Read anew: the value of one that is no duration cannot be asked for.
            string text = result.Tokens is [{ Value: var value }, ..] ? value : "";
            if (DurationSyntax.TryParse(text, out TimeSpan given) && given < ShortestInterval)
            {
                result.AddError("--interval: at least 100ms");
            }
        });
        Option<string> by = new("--by")
        {
            Description = "Which clients --json lists: by bytes, by connections, or by bytes per second",
            DefaultValueFactory = _ => "rate",
        };
        by.AcceptOnlyFromAmong("bytes", "connections", "rate");

        Command command = new("top", "Watch services, backends, clients and connections, live") { view, interval, by };
        AdminCommand.AddOptions(command);
        AdminCommand.SetAction(command, call => call.AsJson
            ? PrintAsync(call, call.Parsed.GetRequiredValue(by))
            : RunAsync(
                call, Array.IndexOf(names, call.Parsed.GetRequiredValue(view)),
                call.Parsed.GetValue(interval) ?? UsualInterval));
        return command;
    }

    private static async Task<int> PrintAsync(AdminCall call, string by)
    {
        AdminCall.Print((await call.Client.GetAsync($"top?by={by}")).OrRefused());
        return ExitCodes.Ok;
    }

    private static async Task<int> RunAsync(AdminCall call, int view, TimeSpan interval)
    {
        TopChoice choice = new(view);
        TopPoll poll = new(call.Client, TimeProvider.System);
        IAnsiConsole console = AnsiConsole.Console;
        if (console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi)
        {
            await new TopScreen(console, poll, interval, TimeProvider.System).RunAsync(choice);
            return ExitCodes.Ok;
        }

        // Rates are told by two looks.
        await poll.NextAsync(choice.Chosen.Page, choice.By);
        await Task.Delay(interval);
        TopSample sample = await poll.NextAsync(choice.Chosen.Page, choice.By);
        foreach (Cell[] line in TopFrame.Plain(sample, choice)) Terminal.Output.Write(line);
        return ExitCodes.Ok;
    }
}
