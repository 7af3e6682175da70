using L4Balancer.Config;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// What an answer must contain, as the configuration writes it: bytes (<see cref="ByteSyntax"/>), or <c>re:</c> before
/// a regular expression.
/// </summary>
internal static class PatternSyntax
{
    private const string Prefix = "re:";
    private const int MostSigns = 1000;

    /// <summary>Stands for one that has been reported, so that nobody calls it missing too.</summary>
    private static readonly AnswerPattern Unreadable = AnswerPattern.Of("?"u8.ToArray());

    /// <summary>Reads a key whose pattern has at most so many bytes. What is wrong is reported.</summary>
    public static AnswerPattern Read(TableReader table, string key, AnswerPattern fallback, int mostBytes)
    {
        if (table.Node(key) is not { } at) return fallback;

        if (at is not TomlString { Value: var text } || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return AnswerPattern.Of(table.Bytes(key, Unreadable.Bytes, mostBytes));
        }

        (AnswerPattern? pattern, string problem) = Parse(text[Prefix.Length..]);
        return pattern ?? table.Reject(at, $"'{key}' {problem}", Unreadable);
    }

    private static (AnswerPattern? Pattern, string Problem) Parse(string expression)
    {
        if (expression.Length == 0) return (null, "has no expression behind \"re:\"");
        if (expression.Length > MostSigns)
        {
            return (null, $"has an expression of {expression.Length} characters; at most {MostSigns} are possible");
        }

        foreach (char sign in expression)
        {
            if (char.IsAscii(sign)) continue;

            return (null, $"has '{sign}' in its expression, which looks at bytes; write "
                + @"each byte as in \xc3");
        }

        (AnswerPattern? pattern, string problem) = AnswerPattern.OfExpression(expression);
        return (pattern, $"has an expression that cannot be used: {problem}");
    }
}
