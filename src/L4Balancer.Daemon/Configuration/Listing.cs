namespace L4Balancer.Daemon.Configuration;

/// <summary>Lists words in a sentence.</summary>
internal static class Listing
{
    /// <summary><c>"a", "b" or "c"</c>.</summary>
    public static string Or(IReadOnlyList<string> words)
    {
        string[] quoted = [.. words.Select(word => $"\"{word}\"")];
        return quoted.Length == 1 ? quoted[0] : $"{string.Join(", ", quoted[..^1])} or {quoted[^1]}";
    }

    /// <summary><c>1 service</c>, <c>2 services</c>.</summary>
    public static string Count(int count, string one) => count == 1 ? $"1 {one}" : $"{count} {one}s";
}
