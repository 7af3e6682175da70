using System.CommandLine;
using NUnit.Framework;
using DaemonLine = L4Balancer.Daemon.Commands.CommandLine;

namespace L4Balancer.Tests.Daemon.Commands;

/// <summary>docs/commands.md tells of every command.</summary>
internal sealed class CommandDocumentTests
{
    private static readonly string[] NoneOfItsOwn = ["--help", "--socket", "--config", "--json"];

    [Test]
    public void Commands_EachThatIsShown_IsInTheDocument()
    {
        string text = File.ReadAllText(Repository.PathOf("docs/commands.md"));
        string[] codes = [.. text.Replace("\\|", "|", StringComparison.Ordinal).Split('`').Where((_, i) => i % 2 == 1)];
        foreach ((string path, Command command) in Leaves(DaemonLine.Create()))
        {
            Assert.That(codes, Has.Some.Matches<string>(code => IsAbout(code, path)), path);
            Assert.That(
                command.Options.Select(static option => option.Name).Except(NoneOfItsOwn),
                Has.All.Matches<string>(name => text.Contains(name, StringComparison.Ordinal)), path);
        }
    }

    /// <summary>Commands that do something, by their whole path; not those that another document is about.</summary>
    private static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path = "")
    {
        string[] elsewhere = ["run", "check", "demo", "try"];
        foreach (Command one in command.Subcommands.Where(one => !one.Hidden && !elsewhere.Contains(one.Name)))
        {
            string whole = $"{path}{one.Name}";
            if (one.Action is not null) yield return (whole, one);
            foreach ((string, Command) below in Leaves(one, whole + " ")) yield return below;
        }
    }

    /// <summary>"backend drain NAME" is about "backend drain", and "completion a|b" about both.</summary>
    private static bool IsAbout(string code, string path)
    {
        string[] words = code.Split(' ');
        string[] wanted = path.Split(' ');
        return words.Length >= wanted.Length && !wanted.Where((word, i) => !words[i].Split('|').Contains(word)).Any();
    }
}
