using System.Buffers;
using L4Balancer.Config;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>The keys of a <c>[….health]</c> table that belong to one kind of probe or two.</summary>
internal static class ProbeKeys
{
    private const int MostProbeBytes = 1400; // One datagram on any network.
    private const int MostAnswerBytes = 16_384; // What a probe keeps of an answer: AnswerBuffer.MostBytes.
    private const int MostSteps = 32;
    private const int MostArguments = 64;
    private const int MostSigns = 1000;

    private static readonly SearchValues<char> HostSigns =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:[]");

    /// <summary>Reads them into what has been read so far.</summary>
    public static HealthConfig Read(TableReader table, HealthConfig health, HealthConfig fallback) => health with
    {
        Send = table.Bytes("send", fallback.Send, MostProbeBytes),
        Expect = PatternSyntax.Read(table, "expect", fallback.Expect, MostProbeBytes),
        Reply = table.Boolean("reply", fallback.Reply),
        Steps = Steps(table, fallback.Steps),
        Http = Http(table, fallback.Http),
        Tls = Tls(table.Table("tls"), fallback.Tls),
        Command = Command(table, fallback.Command),
    };

    private static IReadOnlyList<ProbeStep> Steps(TableReader table, IReadOnlyList<ProbeStep> fallback)
    {
        IReadOnlyList<TomlNode> items = table.List("steps", "steps such as { send = \"PING\", expect = \"PONG\" }");
        if (items.Count == 0) return table.Node("steps") is TomlArray ? [] : fallback;
        if (items.Count > MostSteps)
        {
            return table.Reject(items[MostSteps], $"'steps' has {items.Count} steps; at most {MostSteps} are possible",
                fallback);
        }

        List<ProbeStep> steps = [];
        for (int i = 0; i < items.Count; i++)
        {
            if (items[i] is not TomlTable inner)
            {
                table.Reject(items[i], $"a step must be a table such as {{ send = \"PING\", expect = \"PONG\" }}, "
                    + $"not {items[i].Kind}", steps);
                continue;
            }

            ProbeStep step = Step(table.Item("steps", i, inner));
            if (step == new ProbeStep()) table.Reject(inner, "a step needs send, expect or min_bytes", steps);
            steps.Add(step);
        }

        return steps;
    }

    private static ProbeStep Step(TableReader table) => new()
    {
        Send = table.Bytes("send", default, MostProbeBytes),
        Expect = PatternSyntax.Read(table, "expect", AnswerPattern.Empty, MostProbeBytes),
        MinBytes = table.Integer("min_bytes", table.Entry("min_bytes") is null ? 0 : 1, 0, MostAnswerBytes),
    };

    private static HttpProbeConfig Http(TableReader table, HttpProbeConfig fallback)
    {
        HttpProbeConfig http = new()
        {
            Method = table.Word("method", fallback.Method, ConfigWords.ProbeMethods),
            Path = Path(table, fallback.Path),
            Host = Host(table, "host", fallback.Host),
            Status = Status(table, fallback.Status),
            Body = PatternSyntax.Read(table, "body", fallback.Body, MostProbeBytes),
            Https = table.Boolean("https", fallback.Https),
        };
        return http is { Method: "HEAD", Body.IsEmpty: false } && (table.Node("body") ?? table.Node("method")) is { } at
            ? table.Reject(at, "the answer to method = \"HEAD\" has no body; remove 'body' or write method = \"GET\"",
                fallback)
            : http;
    }

    private static string Path(TableReader table, string fallback)
    {
        if (table.Text("path") is not { } path) return fallback;

        bool isPath = path.StartsWith('/') && path.Length <= MostSigns
            && !path.AsSpan().ContainsAnyExceptInRange('!', '~') && !path.Contains('#', StringComparison.Ordinal);
        return isPath
            ? path
            : table.Reject(table.Node("path")!, "'path' must be ASCII from its first slash on, without blanks and "
                + $"#, of at most {MostSigns} characters; write others as in %20", fallback);
    }

    private static HttpStatusSet Status(TableReader table, HttpStatusSet fallback)
    {
        if (table.Text("status") is not { } text) return fallback;

        return HttpStatusSet.Parse(text) ?? table.Reject(
            table.Node("status")!, "'status' must be codes and ranges of them from 100 to 599, as in \"200-299, 404\", "
                + $"not \"{text}\"", fallback);
    }

    private static TlsProbeConfig Tls(TableReader table, TlsProbeConfig fallback)
    {
        TlsProbeConfig tls = new()
        {
            Name = Host(table, "name", fallback.Name),
            Verify = table.Boolean("verify", fallback.Verify),
            Ca = AuthoritiesFile(table, fallback.Ca),
        };
        return tls is { Verify: false, Ca.Length: > 0 } && (table.Node("ca") ?? table.Node("verify")) is { } at
            ? table.Reject(at, "'ca' says who is trusted, and nothing is verified; write verify = true or remove it",
                fallback)
            : tls;
    }

    private static string Host(TableReader table, string key, string fallback)
    {
        const int Longest = 255;
        if (table.Text(key) is not { } host) return fallback;

        bool isHost = host.Length <= Longest && !host.AsSpan().ContainsAnyExcept(HostSigns);
        return isHost
            ? host
            : table.Reject(table.Node(key)!, $"'{key}' must be a host name such as \"www.example.net\"", fallback);
    }

    private static string AuthoritiesFile(TableReader table, string fallback)
    {
        if (table.Text("ca") is not { } path) return fallback;
        if (path.Length == 0) return path;

        return ProbeFiles.AuthoritiesProblem(path) is { } problem
            ? table.Reject(table.Node("ca")!, $"'ca' {problem}", fallback)
            : path;
    }

    private static IReadOnlyList<string> Command(TableReader table, IReadOnlyList<string> fallback)
    {
        IReadOnlyList<TomlNode> items = table.List("command", "strings");
        if (items.Count == 0) return table.Node("command") is TomlArray ? [] : fallback;

        List<string> command = [];
        foreach (TomlNode item in items)
        {
            bool isPossible = item is TomlString { Value: var text } && !text.Contains('\0', StringComparison.Ordinal);
            if (!isPossible) table.Reject(item, "'command' must be a list of strings without NUL", command);
            else command.Add(((TomlString)item).Value);
        }

        if (command.Count > MostArguments)
        {
            return table.Reject(
                items[MostArguments], $"'command' has {command.Count} parts; at most {MostArguments} are possible",
                fallback);
        }

        return command.Count > 0 && ProbeFiles.ProgramProblem(command[0]) is { } problem
            ? table.Reject(items[0], $"'command' {problem}", command)
            : command;
    }
}
