using System.Globalization;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>The keys of a pool that say how it chooses a backend; see <see cref="KnownKeys"/>.</summary>
internal static class BalanceKeys
{
    private const string SourcePrefix = "source/";
    private const double LargestMaxLoad = 10;

    /// <summary>Reads them.</summary>
    public static PoolConfig Read(TableReader table, PoolConfig fallback)
    {
        PoolConfig pool = fallback with
        {
            Balance = table.Word("balance", fallback.Balance, ConfigWords.Policies),
            HashOn = ReadHashOn(table, fallback.HashOn),
            MaxLoad = ReadMaxLoad(table, fallback.MaxLoad),
            Maglev = new MaglevConfig { TableSize = ReadTableSize(table.Table("maglev"), fallback.Maglev.TableSize) },
        };
        return pool is { MaxLoad: > 0, Hashes: false } && table.Node("max_load") is { } at
            ? table.Reject(at, "'max_load' bounds the load where flows are placed by their hash, and balance = "
                + $"\"{ConfigWords.Of(ConfigWords.Policies, pool.Balance)}\" does not; remove it, or write balance = "
                + "\"ring\" or \"maglev\"", fallback)
            : pool;
    }

    private static HashOn ReadHashOn(TableReader table, HashOn fallback)
    {
        if (table.Node("hash_on") is not TomlString { Value: var text } at
            || !text.StartsWith(SourcePrefix, StringComparison.Ordinal))
        {
            return table.WordOrForm("hash_on", fallback, "source/V4 or source/V4,V6", ConfigWords.HashedParts);
        }

        string[] lengths = text[SourcePrefix.Length..].Split(',');
        int v6Bits = HashOn.UsualV6Bits;
        return lengths.Length <= 2 && Length(lengths[0], HashOn.MostV4Bits, out int v4Bits)
            && (lengths.Length == 1 || Length(lengths[1], HashOn.MostV6Bits, out v6Bits))
            ? HashOn.SourcePrefix(v4Bits, v6Bits)
            : table.Reject(at, $"'hash_on' must be \"source/V4\" or \"source/V4,V6\" with 1 to {HashOn.MostV4Bits} "
                + $"bits of IPv4 and 1 to {HashOn.MostV6Bits} of IPv6, such as \"source/24,56\", not \"{text}\"",
                fallback);
    }

    private static bool Length(string text, int most, out int bits) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out bits) && bits > 0 && bits <= most;

    private static double ReadMaxLoad(TableReader table, double fallback) => table.Node("max_load") switch
    {
        null => fallback,
        TomlInteger { Value: var value } when IsMaxLoad(value) => value,
        TomlFloat { Value: var value } when IsMaxLoad(value) => value,
        TomlNode at => table.Reject(at, "'max_load' must be above 1 and at most "
            + $"{(int)LargestMaxLoad}, such as 1.25, or 0 for no bound", fallback),
    };

    private static bool IsMaxLoad(double value) => value is 0 or (> 1 and <= LargestMaxLoad);

    private static int ReadTableSize(TableReader table, int fallback)
    {
        const string Key = "table_size";
        int size = table.Integer(Key, fallback, MaglevConfig.LeastTableSize, MaglevConfig.MostTableSize);
        return size == fallback || IsPrime(size)
            ? size
            : table.Reject(table.Node(Key)!, $"'{Key}' must be a prime, not {size}; the next one is "
                + string.Create(CultureInfo.InvariantCulture, $"{NextPrime(size)}"), fallback);
    }

    /// <summary>The largest size is a prime, so there is one.</summary>
    private static int NextPrime(int number)
    {
        while (!IsPrime(number)) number++;
        return number;
    }

    private static bool IsPrime(int number)
    {
        for (int divisor = 2; divisor * divisor <= number; divisor++)
        {
            if (number % divisor == 0) return false;
        }

        return true;
    }
}
