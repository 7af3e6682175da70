using System.CommandLine;

namespace L4Balancer.Daemon.Commands;

/// <summary><c>l4balancer config</c>: what there is to say about configuration files.</summary>
internal static class ConfigCommand
{
    private const string ExampleResource = "l4balancer.toml";

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command example = new("example", "Print a complete, commented configuration file to begin with");
        example.SetAction(_ =>
        {
            using Stream file = Example();
            using Stream output = Console.OpenStandardOutput();
            file.CopyTo(output);
        });
        return new Command("config", "Help with configuration files") { example };
    }

    /// <summary>The example, byte for byte as it stands in the repository.</summary>
    public static Stream Example() => typeof(ConfigCommand).Assembly.GetManifestResourceStream(ExampleResource)!;
}
