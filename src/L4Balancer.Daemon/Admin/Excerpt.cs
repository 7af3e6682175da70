namespace L4Balancer.Daemon.Admin;

/// <summary>The beginning of what somebody has sent, to be named in a refusal.</summary>
internal static class Excerpt
{
    private const int MostCharacters = 80;

    /// <summary>The text, or its beginning where it is long.</summary>
    public static string Of(string text) => text.Length <= MostCharacters ? text : $"{text[..MostCharacters]}…";
}
