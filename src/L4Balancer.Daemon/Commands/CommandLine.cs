using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using L4Balancer.Daemon.Configuration;

namespace L4Balancer.Daemon.Commands;

/// <summary>The command line of the process.</summary>
internal static class CommandLine
{
    /// <summary>Name of the program in what it says.</summary>
    public const string ProgramName = "l4balancer";

    /// <summary>Makes all commands.</summary>
    public static RootCommand Create() =>
        new("A Layer 4 load balancer for TCP and UDP: takes flows, picks a backend for each, moves the bytes.")
        {
            RunCommand.Create(),
            CheckCommand.Create(),
            DemoCommand.Create(),
            TryCommand.Create(),
            StatusCommand.Create(),
            TopCommand.Create(),
            ConnectionsCommand.Create(),
            EventsCommand.Create(),
            BackendCommand.Create(),
            ZoneCommand.Create(),
            ReloadCommand.Create(),
            DrainCommand.Create(),
            ReadyCommand.Create(),
            ConfigCommand.Create(),
            CompletionCommand.Create(),
            CompletionCommand.CreateComplete(),
            VersionCommand.Create(),
        };

    /// <summary>Runs what the arguments ask for.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        ParseResult parsed = Create().Parse(arguments);
        if (parsed.Action is ParseErrorAction) return ReportUsage(parsed);

        // Signals are the host's business, and an exception that arrives here is a defect, whose trace is wanted.
        InvocationConfiguration invocation = new()
        {
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        };
        return await parsed.InvokeAsync(invocation);
    }

    private static int ReportUsage(ParseResult parsed)
    {
        CommandResult at = parsed.CommandResult;
        if (at.Command is { Action: null, Subcommands.Count: > 0 } && parsed.UnmatchedTokens.Count == 0)
        {
            ListCommands(at);
            return ExitCodes.Usage;
        }

        string[] messages = [.. parsed.Errors.Select(error => OnOneLine(error.Message))];

        // A misspelt command is reported as unknown and as missing; the first says it all.
        bool isMisspelt = parsed.UnmatchedTokens.Count > 0;
        foreach (string message in messages)
        {
            if (isMisspelt && !message.Contains('\'', StringComparison.Ordinal)) continue;

            string? stray = parsed.UnmatchedTokens.FirstOrDefault(
                token => message.Contains($"'{token}'", StringComparison.Ordinal));
            string hint = stray is null ? "" : Hint(stray, at);
            Console.Error.WriteLine($"{ProgramName}: {message}{hint}");
        }

        Console.Error.WriteLine($"'{string.Join(' ', CommandPath(at))} --help' shows how it is used.");
        return ExitCodes.Usage;
    }

    private static void ListCommands(CommandResult at)
    {
        string name = string.Join(' ', CommandPath(at));
        Command[] commands = [.. at.Command.Subcommands.Where(static command => !command.Hidden)];
        int width = commands.Max(static command => command.Name.Length);
        Console.Error.WriteLine($"{ProgramName}: which command? '{name} COMMAND --help' shows how one is used.");
        Console.Error.WriteLine();
        foreach (Command command in commands)
        {
            Console.Error.WriteLine($"  {name} {command.Name.PadRight(width)}  {command.Description}");
        }
    }

    private static string OnOneLine(string message) =>
        string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');

    /// <summary>Ends a message with what was probably meant by a word.</summary>
    /// <param name="stray">The word.</param>
    /// <param name="at">The command that does not know it.</param>
    public static string Hint(string stray, CommandResult at)
    {
        string[] words =
        [
            .. at.Command.Subcommands.Where(static subcommand => !subcommand.Hidden).Select(static one => one.Name),
            .. OptionsOf(at).Select(static option => option.Name),
        ];
        return words.Contains(stray) ? $"; write it behind '{at.Command.Name}'" : NearestWord.Hint(stray, words);
    }

    /// <summary>A command's own options, and those of the commands above it that reach down.</summary>
    public static IReadOnlyList<Option> OptionsOf(CommandResult command)
    {
        IEnumerable<Option> options = command.Command.Options;
        for (SymbolResult? above = command.Parent; above is CommandResult result; above = result.Parent)
        {
            options = options.Concat(result.Command.Options.Where(static option => option.Recursive));
        }

        return [.. options.Distinct()];
    }

    private static IEnumerable<string> CommandPath(CommandResult command) =>
        command.Parent is CommandResult parent ? CommandPath(parent).Append(command.Command.Name) : [ProgramName];
}
