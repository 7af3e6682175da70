using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using L4Balancer.Bench.Peers.Machine;
using L4Balancer.Bench.Peers.Report;
using L4Balancer.Bench.Peers.Workloads;

namespace L4Balancer.Bench.Peers;

/// <summary>
/// <c>peers</c>: L4Balancer beside HAProxy and nginx, the same load through each in turns, on the same core, in the
/// same run. <c>bench/peers/run.sh</c> prepares the machine and runs it.
/// </summary>
internal static class PeersCommand
{
    private const int Met = 0;
    private const int Missed = 1;
    private const int NotMeasured = 2;

    // Idle flows: two descriptors each, and what a round trip's connections and the rest need.
    private const int LeastDescriptors = 19_500;

    private static volatile bool s_interrupted;

    /// <summary>Runs the command.</summary>
    /// <returns>0 where every measured bar is met, 1 where one is not, 2 where it could not be measured.</returns>
    public static int Run(string[] args)
    {
        string benchDirectory = Path.GetFullPath(Path.Combine(SourceDirectory(), "../.."));
        if (PeersOptions.Parse(args, benchDirectory) is not { } options
            || Catalogue.Chosen(options) is not { Count: > 0 } workloads)
        {
            Console.Error.WriteLine(PeersOptions.Usage);
            return NotMeasured;
        }

        if (options.List)
        {
            Console.WriteLine(Catalogue.List());
            return Met;
        }

        try
        {
            using Rig rig = new(options, benchDirectory);
            using PosixSignalRegistration interrupt = EndAt(PosixSignal.SIGINT, rig);
            using PosixSignalRegistration termination = EndAt(PosixSignal.SIGTERM, rig);
            using PosixSignalRegistration hangup = EndAt(PosixSignal.SIGHUP, rig);
            return Measure(rig, workloads);
        }
        catch (Exception failure) // Of whatever kind: nothing was measured, and nothing that was started may stay.
        {
            // A signal ends what this thread waits for; the exit follows from there.
            if (s_interrupted) Thread.Sleep(Timeout.Infinite);
            Console.Error.WriteLine($"peers: {(failure is MeasurementException ? failure.Message : failure)}");
            return NotMeasured;
        }
    }

    private static int Measure(Rig rig, IReadOnlyList<Workload> workloads)
    {
        Check(rig, workloads);
        Runner runner = new(rig);
        runner.Run(workloads);

        Tables tables = new([.. workloads.SelectMany(static one => one.Metrics)], runner.Samples);
        string text = tables.Render() + LeftOut(workloads);
        Console.Write(text);
        if (rig.Options.SaveDirectory is { } directory)
            new ResultsFile(rig.Options, workloads, runner, tables).Write(directory, text);
        if (tables.Unjudged is { Length: > 0 } unjudged)
            throw new MeasurementException($"there are no figures to judge: {string.Join(", ", unjudged)}");
        return tables.Verdicts.All(static one => one.Met) ? Met : Missed;
    }

    private static string LeftOut(IReadOnlyList<Workload> workloads)
    {
        string[] names =
            [.. Catalogue.All().Select(static one => one.Name).Except(workloads.Select(static one => one.Name))];
        return names.Length == 0 ? "" : $"Left out: {string.Join(", ", names)}.\n";
    }

    private static void Check(Rig rig, IReadOnlyList<Workload> workloads)
    {
        if (MachineFacts.CoreCount() < 2)
            throw new MeasurementException("two cores are needed, one for the load and one for the balancers");
        if (!File.Exists(rig.Options.Daemon)) throw new MeasurementException($"there is no {rig.Options.Daemon}");
        if (rig.Descriptors < LeastDescriptors && workloads.Any(static one => one is IdleTcp))
            throw new MeasurementException($"idle flows need {LeastDescriptors} descriptors, not {rig.Descriptors}");
    }

    /// <summary>Nothing that was started stays, whoever ends this program.</summary>
    private static PosixSignalRegistration EndAt(PosixSignal signal, Rig rig) =>
        PosixSignalRegistration.Create(signal, given =>
        {
            given.Cancel = true;
            s_interrupted = true;
            rig.Dispose();
            Environment.Exit(NotMeasured);
        });

    private static string SourceDirectory([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;
}
