using System.CommandLine;
using L4Balancer.Daemon.Configuration;

namespace L4Balancer.Daemon.Commands;

/// <summary>The option that names the configuration file.</summary>
internal static class ConfigOption
{
    /// <summary>Makes the option; each command has its own.</summary>
    public static Option<string> Create() => new("--config", "-c")
    {
        Description = "The configuration file",
        HelpName = "FILE",
        DefaultValueFactory = _ => ConfigFile.DefaultPath,
    };
}
