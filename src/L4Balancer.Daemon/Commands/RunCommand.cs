using System.CommandLine;
using L4Balancer.Daemon.Configuration;
using L4Balancer.Daemon.Hosting;

namespace L4Balancer.Daemon.Commands;

/// <summary><c>l4balancer run</c>: reads the configuration and balances until a signal.</summary>
internal static class RunCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option<string> config = ConfigOption.Create();
        Command command = new("run", "Balance what the configuration file says until SIGTERM or SIGINT") { config };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(config)));
        return command;
    }

    private static async Task<int> RunAsync(string path)
    {
        ConfigFile file = ConfigFile.Load(path);
        ProblemPrinter.WriteText(file, Console.Error);
        if (file.Config is not { } config) return ExitCodes.Invalid;

        return await DaemonHost.RunAsync(config, path: path);
    }
}
