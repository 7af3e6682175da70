namespace L4Balancer.Bench.Peers;

/// <summary>
/// Who comes after whom in a round: a Williams design. In as many rounds as there are names, twice as many where their
/// number is odd, everybody has every place equally often and comes equally often behind everybody else. So what one
/// leaves behind for the next, a warm cache or closing connections, is given to all alike.
/// </summary>
internal static class TurnOrder
{
    /// <summary>The names in the order of a round.</summary>
    /// <param name="names">Everybody.</param>
    /// <param name="round">From 0.</param>
    public static IEnumerable<string> Of(IReadOnlyList<string> names, int round)
    {
        int count = names.Count;
        IEnumerable<string> turned =
            Enumerable.Range(0, count).Select(place => names[(FirstRow(place, count) + round) % count]);

        // An odd number's rows lack half of the neighbours; these are in the same rows backwards.
        return count % 2 == 1 && round % 2 == 1 ? turned.Reverse() : turned;
    }

    /// <summary>0, 1, n - 1, 2, n - 2 and so on: no two neighbours are equally far apart.</summary>
    private static int FirstRow(int place, int count) => place % 2 == 1 ? (place + 1) / 2 : count - (place / 2);
}
