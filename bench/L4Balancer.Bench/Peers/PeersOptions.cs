using System.Globalization;

namespace L4Balancer.Bench.Peers;

/// <summary>What <c>peers</c> is told.</summary>
internal sealed record PeersOptions
{
    public const string Usage = """
        usage: bench/peers/run.sh [--quick] [--rounds N] [--only NAME[,NAME]...] [--daemon FILE] [--save DIR] [--list]
          --quick   two minutes: fewer, shorter rounds, fewer workloads; says what it leaves out
          --rounds  counted rounds of most workloads, of which some take more or fewer; the default is 3, with --quick 2
          --only    these workloads alone
          --daemon  measure this program instead of the one built here
          --save    where RESULTS.md and the pictures go; the default is bench/, with --quick or --only nowhere
          --list    say what is measured, and by what name
        exit code: 0 every bar is met, 1 one is not, 2 it could not be measured
        """;

    private const int FullRounds = 3;
    private const int QuickRounds = 2;

    /// <summary>A run of two minutes.</summary>
    public bool Quick { get; private init; }

    /// <summary>Only tell what there is.</summary>
    public bool List { get; private init; }

    /// <summary>Counted rounds.</summary>
    public int Rounds { get; private init; }

    /// <summary>Names of the workloads to run; empty: all.</summary>
    public IReadOnlyList<string> Only { get; private init; } = [];

    /// <summary>The program to measure.</summary>
    public string Daemon { get; private init; } = "";

    /// <summary>Where results are written, or null.</summary>
    public string? SaveDirectory { get; private init; }

    /// <summary>The arguments as they were given.</summary>
    public string CommandLine { get; private init; } = "";

    /// <summary>Reads the arguments.</summary>
    /// <returns>Null where they are wrong.</returns>
    public static PeersOptions? Parse(string[] args, string benchDirectory)
    {
        HashSet<string> flags = [];
        Dictionary<string, string> values = [];
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] is "--quick" or "--list") flags.Add(args[i]);
            else if (args[i] is "--rounds" or "--only" or "--daemon" or "--save" && i + 1 < args.Length)
                values[args[i]] = args[++i];
            else return null;
        }

        bool quick = flags.Contains("--quick");
        int rounds = quick ? QuickRounds : FullRounds;
        if (values.TryGetValue("--rounds", out string? given)
            && (!int.TryParse(given, CultureInfo.InvariantCulture, out rounds) || rounds < 1))
        {
            return null;
        }

        bool partial = quick || values.ContainsKey("--only");
        return new PeersOptions
        {
            Quick = quick,
            List = flags.Contains("--list"),
            Rounds = rounds,
            Only = values.TryGetValue("--only", out string? names) ? names.Split(',') : [],
            Daemon = values.GetValueOrDefault("--daemon") ?? BuiltDaemon(benchDirectory),
            SaveDirectory = values.GetValueOrDefault("--save") ?? (partial ? null : benchDirectory),
            CommandLine = string.Join(' ', ["bench/peers/run.sh", .. args]),
        };
    }

    private static string BuiltDaemon(string benchDirectory) => Path.GetFullPath(
        Path.Combine(benchDirectory, "L4Balancer.Bench/bin/l4balancer/l4balancer"));
}
