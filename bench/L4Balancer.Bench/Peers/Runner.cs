using L4Balancer.Bench.Peers.Balancers;
using L4Balancer.Bench.Peers.Machine;
using L4Balancer.Bench.Peers.Report;
using L4Balancer.Bench.Peers.Workloads;

namespace L4Balancer.Bench.Peers;

/// <summary>
/// Gives turns: every workload meets every balancer once a round, in an order that changes with the round, so that a
/// drift of the machine hits all alike. Where processes stay, the workloads take turns too, and their rounds are spread
/// over the whole time.
/// </summary>
internal sealed class Runner(Rig rig)
{
    private const int WorkersOfMany = 2;

    private readonly Dictionary<string, string> _configs = [];

    /// <summary>What was measured.</summary>
    public Samples Samples { get; } = new();

    /// <summary>The configurations that were used, by the balancer's name and what it was used for.</summary>
    public IReadOnlyDictionary<string, string> Configs => _configs;

    /// <summary>Measures.</summary>
    public void Run(IReadOnlyList<Workload> workloads)
    {
        foreach (IGrouping<Setting, Workload> group in workloads.GroupBy(static one => one.Setting))
        {
            Workload[] some = [.. group];
            if (group.Key == Setting.Alone) RunAlone(some);
            else if (group.Key is Setting.FreshTcp or Setting.FreshUdp) RunFresh(group.Key, some);
            else RunBeside(group.Key, some);
        }

        foreach (Workload workload in workloads) workload.Finish(Samples);
    }

    /// <summary>All balancers run all the time; who has no turn is idle.</summary>
    private void RunBeside(Setting setting, Workload[] workloads)
    {
        bool both = setting == Setting.TwoWorkers;
        string loadCores = both ? Cores.Both : Cores.Load;
        IReadOnlyList<Service> services = ServicesOf(setting, workloads);
        using Servers servers = new(rig, services, loadCores);
        Dictionary<string, Contestant> contestants = new()
        {
            [Contestant.DirectName] = Contestant.Direct(servers.Endpoints),
        };
        List<ChildProcess> running = [];
        foreach (string name in workloads.SelectMany(one => ContestantsOf(one, round: 1)).Distinct())
        {
            if (name == Contestant.DirectName) continue;
            contestants[name] = StartOne(name, setting, services, servers, out ChildProcess process);
            running.Add(process);
        }

        for (int part = 0; part <= rig.Options.Rounds; part++)
        {
            foreach (Workload workload in workloads)
            {
                foreach (int round in RoundsIn(workload, part))
                {
                    Announce(workload, round);
                    foreach (string name in TurnOrder.Of(ContestantsOf(workload, round), round))
                        workload.Run(new Turn(rig, contestants[name], round, loadCores, Samples));
                }
            }
        }

        foreach (ChildProcess process in running) rig.Children.End(process);
    }

    /// <summary>A process is started for every turn: what it has once taken of memory it keeps.</summary>
    private void RunFresh(Setting setting, Workload[] workloads)
    {
        IReadOnlyList<Service> services = ServicesOf(setting, workloads);
        using Servers servers = new(rig, services, Cores.Load);
        foreach (Workload workload in workloads)
        {
            for (int round = workload.WarmsUp ? 0 : 1; round <= workload.Rounds(rig.Options.Rounds); round++)
            {
                Announce(workload, round);
                foreach (string name in TurnOrder.Of(ContestantsOf(workload, round), round))
                {
                    Contestant contestant = StartOne(name, setting, services, servers, out ChildProcess process);
                    workload.Run(new Turn(rig, contestant, round, Cores.Load, Samples));
                    rig.Children.End(process);
                }
            }
        }
    }

    private void RunAlone(Workload[] workloads)
    {
        Endpoints none = new(rig.Ports, []);
        foreach (Workload workload in workloads)
        {
            for (int round = 0; round <= workload.Rounds(rig.Options.Rounds); round++)
            {
                Announce(workload, round);
                Contestant contestant = Contestant.Direct(none) with { Name = Contestant.OwnName };
                workload.Run(new Turn(rig, contestant, round, Cores.Load, Samples));
            }
        }
    }

    private Contestant StartOne(
        string name, Setting setting, IReadOnlyList<Service> services, Servers servers, out ChildProcess process)
    {
        bool both = setting == Setting.TwoWorkers;
        Contestant contestant = Roster.Program(name).Start(
            rig, services, servers.Endpoints, both ? WorkersOfMany : 1, both ? Cores.Both : Cores.Balancer,
            out process);
        string use = services[0].IsUdp() ? "UDP" : both ? "TCP, two workers" : "TCP";
        _configs.TryAdd(
            $"{name}, {use}", contestant.Config.Replace(rig.Directory, "/tmp/peers", StringComparison.Ordinal));
        return contestant;
    }

    /// <summary>
    /// A run of two minutes has no time for variants of peers, nor for what only shows that there is room.
    /// </summary>
    private string[] ContestantsOf(Workload workload, int round) =>
    [
        .. workload.Contestants.Where(name => name switch
        {
            Contestant.DirectName => workload.ComparesWithDirect || (round == 1 && !rig.Options.Quick),
            Roster.HaproxyPlain or Roster.HaproxySplice or Roster.NginxMulti => !rig.Options.Quick,
            _ => true,
        }),
    ];

    /// <summary>The first service is the one by which a balancer is seen to serve, used or not.</summary>
    private static Service[] ServicesOf(Setting setting, Workload[] workloads)
    {
        IReadOnlyList<Service> all =
            setting is Setting.Udp or Setting.FreshUdp ? Services.Udp : Services.Tcp;
        return
        [
            .. all.Where(service =>
                service == all[0] || workloads.Any(workload => workload.Services.Contains(service))),
        ];
    }

    /// <summary>
    /// A workload's rounds in one part of the time, of which there are as many as ordinary workloads have rounds: 0
    /// warms up.
    /// </summary>
    private IEnumerable<int> RoundsIn(Workload workload, int part)
    {
        if (part == 0) return workload.WarmsUp ? [0] : [];

        int rounds = workload.Rounds(rig.Options.Rounds);
        int before = rounds * (part - 1) / rig.Options.Rounds;
        return Enumerable.Range(before + 1, (rounds * part / rig.Options.Rounds) - before);
    }

    private void Announce(Workload workload, int round) => Rig.Say(
        round == 0 ? $"{workload.Name}: warming up"
        : $"{workload.Name}: round {round} of {workload.Rounds(rig.Options.Rounds)}");
}
