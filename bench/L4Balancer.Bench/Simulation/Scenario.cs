namespace L4Balancer.Bench.Simulation;

/// <summary>
/// What happens to six servers in two minutes. Clients bring flows of very different sizes (Pareto: one in a thousand
/// is larger than 80 times the mean); together they ask for two thirds of what five servers can do.
/// </summary>
internal static class Scenario
{
    /// <summary>Length in seconds.</summary>
    public const int Seconds = 125;

    /// <summary>Steps of the simulated time in a second.</summary>
    public const int StepsPerSecond = 100;

    /// <summary>Flows that begin in a second.</summary>
    public const double FlowsPerSecond = 3000;

    /// <summary>Bytes per second that a client takes at most.</summary>
    public const double ClientRate = 2e6;

    /// <summary>Bytes per second that a server gives while nothing is wrong with it.</summary>
    public const double ServerRate = 80e6;

    /// <summary>Bytes after which a client has seen an answer.</summary>
    public const double FirstBytes = 4096;

    private const double LeastSize = 20e3;
    private const double MostSize = 200e6;
    private const double SizeExponent = 1.3;

    /// <summary>What happens when, for the picture.</summary>
    public static readonly (string Word, int From, int To)[] Events =
        [("slow", 20, 50), ("failing", 60, 80), ("new", 95, 105)];

    /// <summary>The servers.</summary>
    public static readonly string[] Servers = ["a", "b", "c", "slow", "failing", "new"];

    /// <summary>Bytes per second that a server can give at a time.</summary>
    public static double RateOf(string server, double time) => server switch
    {
        "slow" when IsDuring(0, time) => ServerRate / 5,
        "new" when IsDuring(2, time) => ServerRate / 3, // Its caches are cold.
        _ => ServerRate,
    };

    /// <summary>It resets every connection at once.</summary>
    public static bool Fails(string server, double time) => server == "failing" && IsDuring(1, time);

    /// <summary>It is a candidate: configured by then, and up as far as probes know, which take six seconds.</summary>
    public static bool IsCandidate(string server, double time)
    {
        const int VerdictAfter = 6;
        return server switch
        {
            "failing" => time < Events[1].From + VerdictAfter || time >= Events[1].To,
            "new" => time >= Events[2].From,
            _ => true,
        };
    }

    /// <summary>The size of a flow, in bytes.</summary>
    public static double NextSize(Random random) =>
        Math.Min(MostSize, LeastSize / Math.Pow(1 - random.NextDouble(), 1 / SizeExponent));

    /// <summary>How many flows begin in a step.</summary>
    public static int NextArrivals(Random random)
    {
        double limit = Math.Exp(-FlowsPerSecond / StepsPerSecond);
        int count = -1;
        for (double product = 1; product > limit; product *= random.NextDouble()) count++;
        return count;
    }

    private static bool IsDuring(int what, double time) => time >= Events[what].From && time < Events[what].To;
}
