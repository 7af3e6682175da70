using System.CommandLine;
using System.CommandLine.Completions;

namespace L4Balancer.Daemon.Commands.Completion;

/// <summary>Finds what the word under the cursor may become.</summary>
internal static class NextWords
{
    /// <summary>Stands for the names of files, which shells know better.</summary>
    public static readonly CompletionItem Files = new(":files");

    /// <summary>The words that may stand there, not yet reduced to those that begin as the written one.</summary>
    /// <param name="root">The program.</param>
    /// <param name="words">The words behind its name, the last one up to the cursor.</param>
    public static IEnumerable<CompletionItem> Find(Command root, string[] words)
    {
        string current = words.Length > 0 ? words[^1] : "";
        ParseResult parsed = root.Parse([.. words.SkipLast(1)]);
        if (parsed.UnmatchedTokens.Count > 0) return []; // There is no telling what follows a word that means nothing.

        Command command = parsed.CommandResult.Command;
        IReadOnlyList<Option> options = CommandLine.OptionsOf(parsed.CommandResult);

        string before = words.Length > 1 ? words[^2] : "";
        if (options.FirstOrDefault(option => IsNamed(option, before) && TakesValue(option)) is { } given)
        {
            return Values(given, parsed, prefix: "");
        }

        int sign = current.IndexOf('=', StringComparison.Ordinal);
        if (current.StartsWith('-') && sign > 0)
        {
            string name = current[..sign];
            return options.FirstOrDefault(option => IsNamed(option, name) && TakesValue(option)) is { } assigned
                ? Values(assigned, parsed, prefix: current[..(sign + 1)])
                : [];
        }

        if (current.StartsWith('-'))
        {
            return options
                .Where(option => !option.Hidden && parsed.GetResult(option) is null or { Implicit: true })
                .Select(static option => new CompletionItem(option.Name, detail: option.Description));
        }

        int written = parsed.CommandResult.Tokens.Count;
        IEnumerable<CompletionItem> arguments =
            written < command.Arguments.Count ? command.Arguments[written].GetCompletions(Place(parsed)) : [];
        IEnumerable<CompletionItem> commands = written > 0 ? [] : command.Subcommands
            .Where(static one => !one.Hidden)
            .Select(static one => new CompletionItem(one.Name, detail: one.Description));
        return commands.Concat(arguments);
    }

    private static bool IsNamed(Option option, string word) => option.Name == word || option.Aliases.Contains(word);

    private static bool TakesValue(Option option) =>
        option.ValueType != typeof(bool) && option.Arity.MaximumNumberOfValues > 0;

    private static IEnumerable<CompletionItem> Values(Option option, ParseResult parsed, string prefix) =>
        option.HelpName is "FILE" or "PATH"
            ? [Files]
            : option.GetCompletions(Place(parsed))
                .Select(item => new CompletionItem(prefix + item.Label, detail: item.Detail));

    private static CompletionContext Place(ParseResult parsed) => parsed.GetCompletionContext();
}
