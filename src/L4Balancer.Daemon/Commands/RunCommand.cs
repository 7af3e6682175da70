using System.CommandLine;
using L4Balancer.Config;
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
        Option<bool> takeover = new("--takeover")
        {
            Description = "Take the listening sockets of the running daemon, which then ends once its flows have",
        };
        Command command = new("run", "Balance what the configuration file says until SIGTERM or SIGINT")
        {
            config, takeover,
        };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(config), parsed.GetValue(takeover)));
        return command;
    }

    private static async Task<int> RunAsync(string path, bool takesOver)
    {
        ConfigFile file = ConfigFile.Load(path);
        ProblemPrinter.WriteText(file, Console.Error);
        if (file.Config is not { } config) return ExitCodes.Invalid;
        if (Refuse(config)) return ExitCodes.Invalid;

        return await DaemonHost.RunAsync(config, path: path, takesOver: takesOver);
    }

    /// <summary>
    /// Says so where there are too few descriptors. Before anything of the host is touched: the runtime could not even
    /// load its libraries then.
    /// </summary>
    private static bool Refuse(BalancerConfig config)
    {
        try
        {
            _ = BalancerLimits.Of(config);
            return false;
        }
        catch (BalancerStartException failure)
        {
            Console.Error.WriteLine($"{CommandLine.ProgramName}: {failure.Message}");
            return true;
        }
    }
}
