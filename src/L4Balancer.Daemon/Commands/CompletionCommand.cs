using System.CommandLine;
using System.CommandLine.Completions;
using L4Balancer.Daemon.Commands.Completion;

namespace L4Balancer.Daemon.Commands;

/// <summary>
/// <c>l4balancer completion</c>: scripts that teach a shell to complete this program's commands, and the hidden command
/// that they ask.
/// </summary>
internal static class CompletionCommand
{
    private static readonly (string Shell, string Use)[] Shells =
    [
        ("bash", "source <(l4balancer completion bash)"),
        ("zsh", "source <(l4balancer completion zsh)"),
        ("fish", "l4balancer completion fish | source"),
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command = new("completion", "Print a script by which a shell completes commands and names");
        foreach ((string shell, string use) in Shells)
        {
            Command one = new(shell, $"For {shell}: {use}");
            one.SetAction(_ =>
            {
                using Stream script = Script(shell);
                using Stream output = Console.OpenStandardOutput();
                script.CopyTo(output);
            });
            command.Subcommands.Add(one);
        }

        return command;
    }

    /// <summary>Makes the command that scripts call.</summary>
    public static Command CreateComplete()
    {
        Argument<string[]> words = new("WORDS") { Arity = ArgumentArity.ZeroOrMore };
        Command command = new("complete", "Print what the last word may become; scripts of 'completion' call it")
        {
            words,
        };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            string[] written = parsed.GetValue(words) ?? [];
            foreach (CompletionItem item in NextWords.Find(parsed.RootCommandResult.Command, written))
            {
                Console.Out.WriteLine(item.Detail is { Length: > 0 } detail ? $"{item.Label}\t{detail}" : item.Label);
            }
        });
        return command;
    }

    private static Stream Script(string shell) =>
        typeof(CompletionCommand).Assembly.GetManifestResourceStream($"completion.{shell}")!;
}
