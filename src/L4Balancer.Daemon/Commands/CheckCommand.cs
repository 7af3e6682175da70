using System.CommandLine;
using L4Balancer.Daemon.Configuration;

namespace L4Balancer.Daemon.Commands;

/// <summary>
/// <c>l4balancer check</c>: reports everything that is wrong with a configuration file, and opens nothing.
/// </summary>
internal static class CheckCommand
{
    private const string Text = "text";
    private const string Json = "json";

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option<string> config = ConfigOption.Create();
        Option<string> format = new("--format")
        {
            Description = "How problems are written: for eyes, or as a JSON array",
            DefaultValueFactory = _ => Text,
        };
        format.AcceptOnlyFromAmong(Text, Json);

        Command command = new("check", "Report everything that is wrong with a configuration file") { config, format };
        command.SetAction(parsed => Check(parsed.GetRequiredValue(config), parsed.GetRequiredValue(format) == Json));
        return command;
    }

    private static int Check(string path, bool asJson)
    {
        ConfigFile file = ConfigFile.Load(path);
        if (asJson) ProblemPrinter.WriteJson(file, Console.Out);
        else ProblemPrinter.WriteText(file, Console.Error);
        if (file.Config is not { } config) return ExitCodes.Invalid;

        if (!asJson)
        {
            int backends = config.Services.Select(service => service.Pool).Distinct().Sum(pool => pool.Backends.Count);
            Console.Out.WriteLine(
                $"{path}: ok, {Listing.Count(config.Services.Count, "service")}, {Listing.Count(backends, "backend")}");
        }

        return ExitCodes.Ok;
    }
}
