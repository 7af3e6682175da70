using System.CommandLine;
using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Client;
using L4Balancer.Daemon.Commands.Display;
using L4Balancer.Daemon.Configuration;

namespace L4Balancer.Daemon.Commands;

/// <summary><c>l4balancer config</c>: what there is to say about configurations, one's own and the daemon's.</summary>
internal static class ConfigCommand
{
    private const string ExampleResource = "l4balancer.toml";

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command show = new("show", "Print the configuration that the daemon has in force, with every default");
        AdminCommand.AddOptions(show, withJson: false);
        AdminCommand.SetAction(show, ShowAsync);

        Command diff = new("diff", "Print what a reload of the daemon's file would change, and what is wrong with it");
        AdminCommand.AddOptions(diff);
        AdminCommand.SetAction(diff, DiffAsync);

        Command example = new("example", "Print a complete, commented configuration file to begin with");
        example.SetAction(_ =>
        {
            using Stream file = Example();
            using Stream output = Console.OpenStandardOutput();
            file.CopyTo(output);
        });
        return new Command("config", "Show configurations: the daemon's, what a reload would change, an example")
        {
            show, diff, example,
        };
    }

    /// <summary>The example, byte for byte as it stands in the repository.</summary>
    public static Stream Example() => typeof(ConfigCommand).Assembly.GetManifestResourceStream(ExampleResource)!;

    private static async Task<int> ShowAsync(AdminCall call)
    {
        AdminCall.Print((await call.Client.GetAsync("config")).OrRefused());
        return ExitCodes.Ok;
    }

    private static async Task<int> DiffAsync(AdminCall call)
    {
        AdminAnswer answer = (await call.Client.GetAsync("config/diff")).OrRefused();
        ConfigDiffJson diff = answer.Read(AnswersJson.Default.ConfigDiffJson);
        bool isInvalid = diff.Problems.Any(static problem => problem.Severity == "error");
        if (call.AsJson)
        {
            AdminCall.Print(answer);
            return isInvalid ? ExitCodes.Invalid : ExitCodes.Ok;
        }

        ProblemText.Write(diff.Problems);
        Terminal output = Terminal.Output;
        foreach (string line in diff.Runtime) output.WriteSentence($"at run time: {line}", Tone.Faint);
        if (isInvalid)
        {
            throw new CommandFailure(ExitCodes.Invalid, $"a reload would change nothing: {diff.File} has errors");
        }

        foreach (string change in diff.Changes) output.WriteSentence(change);
        foreach (string warning in diff.Warnings) output.WriteSentence($"warning: {warning}", Tone.Warning);
        output.WriteSentence(
            diff.Changes.Count == 0
                ? "a reload would change nothing"
                : $"a reload would make {Listing.Count(diff.Changes.Count, "change")}",
            Tone.Faint);
        return ExitCodes.Ok;
    }
}
