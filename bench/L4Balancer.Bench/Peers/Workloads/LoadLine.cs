using System.Globalization;
using L4Balancer.Bench.Load;
using L4Balancer.Bench.Peers.Machine;

namespace L4Balancer.Bench.Peers.Workloads;

/// <summary>What a load generator of this project says at its end: one line of names and numbers.</summary>
internal sealed class LoadLine
{
    private readonly string _line;
    private readonly string[] _words;

    private LoadLine(string line)
    {
        _line = line;
        _words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A figure by the word before it.</summary>
    /// <exception cref="MeasurementException">It is not there.</exception>
    public double this[string name] =>
        double.TryParse(Word(name), CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new MeasurementException($"a load generator said no number of {name}: {_line}");

    /// <summary>What stands behind a word.</summary>
    /// <exception cref="MeasurementException">It is not there.</exception>
    public string Word(string name)
    {
        int place = Array.IndexOf(_words, name);
        return place >= 0 && place + 1 < _words.Length
            ? _words[place + 1]
            : throw new MeasurementException($"a load generator said nothing of {name}: {_line}");
    }

    /// <summary>
    /// Runs a load generator through a balancer, or directly.
    /// </summary>
    /// <param name="turn">Whose turn.</param>
    /// <param name="arguments">The command and its options, without those of warm-up and watching.</param>
    /// <param name="warmUpSeconds">How long it warms up, where it has a core of its own.</param>
    /// <param name="time">CPU time of the balancer while it measured. The generator can watch one process; where
    /// balancers have several, everything of all of them is counted, and nothing is left out for warming up.</param>
    public static LoadLine Run(Turn turn, string[] arguments, out ProcessTime time, double warmUpSeconds = 1)
    {
        ProcessGroup processes = turn.Contestant.Processes;
        bool watches = processes.Ids.Count == 1 && turn.LoadCores == Cores.Load;
        string[] watching = watches ? ["--watch", Text(processes.Ids[0])] : [];
        double warmUp = turn.Round == 0 || turn.LoadCores != Cores.Load ? 0 : warmUpSeconds;
        string[] warming = ["--warm-up", Text(warmUp)];
        ProcessTime before = processes.Time();
        LoadLine line = new(turn.Rig.Children.Run(
            turn.LoadCores, arguments[0], [turn.Rig.LoadProgram, .. arguments, .. warming, .. watching]));
        time = watches
            ? new ProcessTime((long)line["user"], (long)line["system"])
            : processes.Time() - before;
        return line;
    }

    /// <summary>A number as an argument.</summary>
    public static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
