using System.Globalization;
using L4Balancer.Backends;

namespace L4Balancer.Health;

/// <summary>
/// What an agent's line means. Words stand between spaces, tabs or commas, in either case: <c>up</c>; <c>down</c>,
/// <c>fail</c> and <c>stopped</c>, all three the same, with the rest of the line after a <c>#</c> as the reason;
/// <c>ready</c>, <c>drain</c>, <c>maint</c>; <c>75%</c>; <c>weight:30</c>; <c>maxconn:100</c>. Of words that
/// contradict each other the last counts; what no word speaks of stays as it was.
/// </summary>
internal static class AgentWords
{
    private const int GreatestWeight = 256;
    private const int LongestReason = 100;

    private static readonly char[] Separators = [' ', '\t', ','];

    /// <summary>Reads a line.</summary>
    /// <param name="line">Without its end.</param>
    /// <param name="before">What was said before.</param>
    /// <param name="unknown">Words that mean nothing.</param>
    /// <returns>What is said in all; its text and time are the caller's to set.</returns>
    public static AgentReport Read(string line, AgentReport before, out IReadOnlyList<string> unknown)
    {
        int hash = line.IndexOf('#', StringComparison.Ordinal);
        string reason = hash < 0 ? "" : Shown(line[(hash + 1)..].Trim(), LongestReason);
        string words = hash < 0 ? line : line[..hash];
        List<string> strange = [];
        AgentReport said = before;
        foreach (string word in words.Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (Apply(word.ToLowerInvariant(), reason, said) is { } next) said = next;
            else strange.Add(word);
        }

        unknown = strange;
        return said;
    }

    /// <summary>What somebody else wrote, so that it harms no log and no terminal.</summary>
    public static string Shown(string text, int longest)
    {
        string cut = text.Length > longest ? text[..longest] : text;
        return string.Create(cut.Length, cut, static (signs, text) =>
        {
            for (int i = 0; i < signs.Length; i++) signs[i] = text[i] is >= ' ' and <= '~' ? text[i] : '?';
        });
    }

    private static AgentReport? Apply(string word, string reason, AgentReport said) => word switch
    {
        "up" => said with { IsDown = false, Reason = "" },
        "down" or "fail" or "stopped" => said with { IsDown = true, Reason = reason },
        "ready" => said with { Admin = AdminState.Ready },
        "drain" => said with { Admin = AdminState.Drain },
        "maint" => said with { Admin = AdminState.Maint },
        _ when word.EndsWith('%') => Number(word[..^1], AgentReport.WholeWeight) is { } percent
            ? said with { Percent = percent, Weight = null } : null,
        _ when After(word, "weight:") is { } text => Number(text, GreatestWeight) is { } weight
            ? said with { Weight = weight, Percent = AgentReport.WholeWeight } : null,
        _ when After(word, "maxconn:") is { } text => Number(text, int.MaxValue) is { } most
            ? said with { MaxSessions = most } : null,
        _ => null,
    };

    private static string? After(string word, string prefix) =>
        word.StartsWith(prefix, StringComparison.Ordinal) ? word[prefix.Length..] : null;

    private static int? Number(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= most
            ? number
            : null;
}
