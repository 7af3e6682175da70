namespace L4Balancer.Daemon.Configuration;

/// <summary>Finds the word that was probably meant.</summary>
internal static class NearestWord
{
    /// <summary>Longest word that is compared; a longer one is no slip of a key or a name.</summary>
    private const int LongestWord = 64;

    /// <summary>Fewest characters that count as an abbreviation.</summary>
    private const int ShortestAbbreviation = 3;

    /// <summary>
    /// The candidate that the fewest slips (a character too many, missing or wrong, or two neighbours swapped) turn
    /// into <paramref name="word"/>; where none is near, more than one slip per three characters away, the only one
    /// that begins with the word. Null when there is none either.
    /// </summary>
    public static string? Find(string word, IReadOnlyCollection<string> candidates)
    {
        if (word.Length > LongestWord) return null;

        string? nearest = null;
        int fewest = int.MaxValue;
        foreach (string candidate in candidates)
        {
            int allowed = Math.Max(1, Math.Max(word.Length, candidate.Length) / 3);
            if (candidate.Length > LongestWord || Math.Abs(word.Length - candidate.Length) > allowed) continue;

            int slips = Distance(word, candidate);
            if (slips > allowed || slips >= fewest || slips >= candidate.Length) continue;
            (nearest, fewest) = (candidate, slips);
        }

        return nearest ?? Abbreviated(word, candidates);
    }

    /// <summary>Ends a message with the nearest candidate, or with nothing when none is near.</summary>
    public static string Hint(string word, IReadOnlyCollection<string> candidates, char quote = '\'') =>
        Find(word, candidates) is { } nearest ? $"; did you mean {quote}{nearest}{quote}?" : "";

    private static string? Abbreviated(string word, IReadOnlyCollection<string> candidates)
    {
        if (word.Length < ShortestAbbreviation) return null;

        string[] longer = [.. candidates.Where(one => one.StartsWith(word, StringComparison.OrdinalIgnoreCase))];
        return longer.Length == 1 ? longer[0] : null;
    }

    /// <summary>Damerau-Levenshtein distance in its optimal string alignment form, ignoring case.</summary>
    private static int Distance(string from, string to)
    {
        int[,] slips = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++) slips[i, 0] = i;
        for (int j = 0; j <= to.Length; j++) slips[0, j] = j;

        for (int i = 1; i <= from.Length; i++)
        {
            for (int j = 1; j <= to.Length; j++)
            {
                int wrong = Same(from[i - 1], to[j - 1]) ? 0 : 1;
                int least = Math.Min(slips[i - 1, j] + 1, slips[i, j - 1] + 1);
                least = Math.Min(least, slips[i - 1, j - 1] + wrong);
                bool swapped = i > 1 && j > 1 && Same(from[i - 1], to[j - 2]) && Same(from[i - 2], to[j - 1]);
                slips[i, j] = swapped ? Math.Min(least, slips[i - 2, j - 2] + 1) : least;
            }
        }

        return slips[from.Length, to.Length];
    }

    private static bool Same(char one, char other) => char.ToLowerInvariant(one) == char.ToLowerInvariant(other);
}
