using System.Text;
using L4Balancer.Config;
using L4Balancer.Daemon.Commands;
using L4Balancer.Daemon.Configuration;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>Configuration texts and what the daemon says about them.</summary>
internal static class ConfigTexts
{
    /// <summary>The file's name in messages.</summary>
    public const string FileName = "web.toml";

    /// <summary>A service without fault, to stand behind what is tested.</summary>
    public const string GoodService =
        """

        [service.good]
        listen = "192.0.2.1:7"
        backends = ["10.0.0.1:7"]
        """;

    /// <summary>The tables of the example, one of each kind.</summary>
    public static readonly string[] Tables =
    [
        "global", "log", "admin", "defaults", "service.web", "service.web.timeouts", "service.web.health",
        "service.web.maglev", "service.web.retry", "service.web.ejection", "service.web.drain", "service.web.queue",
        "service.web.slow_start", "service.web.zones", "service.web.subset", "service.web.panic", "service.dns.udp",
        "service.dns.health", "pool.shared", "fleet", "service.secure.health.tls",
    ];

    /// <summary>The example of the repository with every key switched on.</summary>
    public static string ExampleWithEveryKey => string.Join(
        '\n', Example.Split('\n').Select(line => line is ['#', (>= 'a' and <= 'z') or '[', ..] ? line[1..] : line));

    /// <summary>The example of the repository.</summary>
    public static string Example
    {
        get
        {
            using StreamReader reader = new(ConfigCommand.Example());
            return reader.ReadToEnd();
        }
    }

    /// <summary>The keys of a table, as the daemon lists them to who asks for one that it does not have.</summary>
    public static string[] KnownKeys(string table)
    {
        const string Listing = "known here: ";
        string header = $"[{table}]\n";
        string unknown = $"{header}zzzzzzzzzzzzzzzz = 1\n";
        string asking = ExampleWithEveryKey.Replace(header, unknown, StringComparison.Ordinal);
        string answer = Problems(asking).Single();
        return answer[(answer.IndexOf(Listing, StringComparison.Ordinal) + Listing.Length)..].Split(", ");
    }

    /// <summary>Reads a text.</summary>
    public static ConfigFile Parse(string text) => ConfigFile.Parse(FileName, Encoding.UTF8.GetBytes(text));

    /// <summary>Reads a text that must be without fault.</summary>
    public static BalancerConfig Good(string text)
    {
        ConfigFile file = Parse(text);
        Assert.That(file.Problems, Is.Empty);
        return file.Config!;
    }

    /// <summary>Each problem as <c>line:column: severity: message</c>.</summary>
    public static string[] Problems(string text) =>
    [
        .. Parse(text).Problems.Select(problem =>
            $"{problem.Position?.ToString() ?? "-"}: "
            + $"{(problem.Severity == ProblemSeverity.Error ? "error" : "warning")}: {problem.Message}"),
    ];

    /// <summary>What <c>check</c> prints.</summary>
    public static string Printed(string text)
    {
        StringWriter output = new() { NewLine = "\n" };
        ProblemPrinter.WriteText(Parse(text), output);
        return output.ToString();
    }
}
