using System.CommandLine;
using L4Balancer.Config;
using L4Balancer.Daemon.Client;
using L4Balancer.Daemon.Configuration;

namespace L4Balancer.Daemon.Commands;

/// <summary>What all commands have in common that ask the daemon over its admin socket.</summary>
internal static class AdminCommand
{
    /// <summary>Where the daemon's socket is.</summary>
    public static Option<string?> Socket { get; } = new("--socket")
    {
        Description = $"The daemon's admin socket [default: {AdminConfig.DefaultSocket}]",
        HelpName = "PATH",
        Recursive = true,
    };

    /// <summary>The file that says where the socket is.</summary>
    public static Option<string?> Config { get; } = new("--config", "-c")
    {
        Description = "The daemon's configuration file, to take admin.socket from",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>What the daemon says is printed as it says it.</summary>
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Print the daemon's answer as JSON",
        Recursive = true,
    };

    /// <summary>Gives a command, and those below it, the options that say which daemon is meant.</summary>
    public static void AddOptions(Command command, bool withJson = true)
    {
        command.Options.Add(Socket);
        command.Options.Add(Config);
        if (withJson) command.Options.Add(Json);
    }

    /// <summary>Lets a command run, with whatever fails told in one line.</summary>
    /// <param name="command">The command.</param>
    /// <param name="run">Does it and returns the exit code.</param>
    public static void SetAction(Command command, Func<AdminCall, Task<int>> run)
    {
        command.Validators.Add(static result =>
        {
            if (result.GetResult(Socket) is not null && result.GetResult(Config) is not null)
            {
                result.AddError("--socket and --config exclude each other: both say where the socket is");
            }

            // Where a name may stand, a misspelt option would be taken for one.
            foreach (string word in result.Tokens.Select(static token => token.Value))
            {
                if (!word.StartsWith("--", StringComparison.Ordinal)) continue;
                result.AddError($"'{word}' is no option of '{result.Command.Name}'{CommandLine.Hint(word, result)}");
            }
        });
        command.SetAction(async (parsed, _) =>
        {
            try
            {
                using AdminClient client = new(SocketOf(parsed, Console.Error));
                return await run(new AdminCall(client, parsed, parsed.GetValue(Json)));
            }
            catch (CommandFailure failure)
            {
                await Console.Error.WriteLineAsync($"{CommandLine.ProgramName}: {failure.Message}");
                return failure.ExitCode;
            }
        });
    }

    /// <summary>The path of the socket that the options name. Fails the command where the file names none.</summary>
    /// <param name="parsed">What the operator wrote.</param>
    /// <param name="errors">Takes what is wrong with the file.</param>
    public static string SocketOf(ParseResult parsed, TextWriter errors)
    {
        if (parsed.GetValue(Socket) is { } socket) return socket;
        if (parsed.GetValue(Config) is not { } path) return AdminConfig.DefaultSocket;

        // Whatever else is wrong with the file is not this command's business: the daemon runs with what it read.
        ConfigFile file = ConfigFile.Load(path);
        if (file.Admin is not { } admin)
        {
            ProblemPrinter.WriteText(file, errors);
            throw new CommandFailure(
                ExitCodes.Invalid, $"{path} cannot be read for its admin.socket; --socket PATH asks without the file");
        }

        return admin.Socket ?? throw new CommandFailure(
            ExitCodes.Unreachable, $"admin.socket is \"\" in {path}: the daemon has no socket to be asked by");
    }
}
