using System.Diagnostics;
using L4Balancer.Bench.Peers.Machine;

namespace L4Balancer.Bench.Peers.Balancers;

/// <summary>A balancer as a program: how it is configured and started.</summary>
/// <param name="name">Its name in the tables.</param>
/// <param name="template">Its configuration's file.</param>
internal abstract class BalancerProgram(string name, string template)
{
    /// <summary>Its name in the tables.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// Starts it, and waits until it serves the first of the services; the others it has then as well.
    /// </summary>
    /// <param name="rig">What starts it.</param>
    /// <param name="services">Which.</param>
    /// <param name="servers">Where their servers are.</param>
    /// <param name="workers">Threads, processes, shards.</param>
    /// <param name="cores">Where it runs.</param>
    /// <param name="process">To be ended by the caller.</param>
    public Contestant Start(
        Rig rig, IReadOnlyList<Service> services, Endpoints servers, int workers, string cores,
        out ChildProcess process)
    {
        string directory = rig.NewDirectory(Name);
        Endpoints listeners = new(rig.Ports, services);
        Dictionary<string, string> values = Settings.Common(rig, directory, workers);
        string admin = AddSettings(rig, workers, values);
        string config = ConfigTemplate.Fill(
            File.ReadAllText(Path.Combine(rig.TemplateDirectory, template)), values, services, listeners, servers);
        string file = Path.Combine(directory, template);
        File.WriteAllText(file, config);

        long start = Stopwatch.GetTimestamp();
        process = rig.Children.Start(cores, Name, Command(rig, file));
        process.Ignore();
        Readiness.Await(process, services[0], listeners[services[0]]);
        TimeSpan readyAfter = Stopwatch.GetElapsedTime(start);
        ProcessGroup group = new(Working(process));
        if (group.Ids.Count == 0) throw new MeasurementException($"{Name} has no worker: {process.Errors}");
        return new Contestant(Name, listeners, group, readyAfter, config, admin);
    }

    /// <summary>Adds what its configuration alone asks for.</summary>
    /// <returns>Address and port of its metrics, or empty.</returns>
    protected abstract string AddSettings(Rig rig, int workers, Dictionary<string, string> values);

    /// <summary>The command that runs it in the foreground.</summary>
    protected abstract IEnumerable<string> Command(Rig rig, string file);

    /// <summary>The processes that do the work.</summary>
    protected virtual IReadOnlyList<int> Working(ChildProcess process) => [process.Id];
}
