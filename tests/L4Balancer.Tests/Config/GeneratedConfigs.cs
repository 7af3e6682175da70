using System.Text;
using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Config;
using L4Balancer.Net;

namespace L4Balancer.Tests.Config;

/// <summary>Valid configurations with any value that a file can have.</summary>
internal sealed class GeneratedConfigs
{
    private const string NameSigns = "abcXYZ019-_.:[]%/@";
    private const int FirstPort = 2000;

    private readonly Random _random;
    private int _port = FirstPort;
    private int _names;

    private GeneratedConfigs(int seed) => _random = new Random(seed);

    /// <summary>Any of them.</summary>
    public static Arbitrary<BalancerConfig> Any =>
        Gen.Choose(0, int.MaxValue).Select(static seed => Make(seed)).ToArbitrary();

    /// <summary>One of them; the same for the same seed.</summary>
    public static BalancerConfig Make(int seed) => new GeneratedConfigs(seed).Config();

    private BalancerConfig Config()
    {
        PoolConfig shared = Pool(Name());
        ServiceConfig[] services = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Service(shared))];
        return new BalancerConfig
        {
            Global = new GlobalConfig
            {
                AllowExec = true,
                Shards = _random.Next(257), MaxConnections = _random.Next(), ShutdownDrain = Duration(0),
                DrainNotice = Duration(0), HashSeed = (ulong)_random.NextInt64(), MaxProbes = _random.Next(1, 65_537),
                Zone = Name(),
            },
            Fleet = Fleet(),
            Log = new LogConfig
            {
                Level = One<LogLevelName>(), Format = One<LogFormat>(),
                Flows = Pick(
                    FlowLogFilter.All, FlowLogFilter.None, FlowLogFilter.OnlyErrors,
                    new FlowLogFilter(true, _random.Next(1, int.MaxValue))),
            },
            Admin = new AdminConfig
            {
                Listen = Pick<IpEndpoint?>(null, Listen().Endpoint),
                Socket = Pick(null, "/" + Name(), "/run/with space \"and\" more \\ ü"),
            },
            Services = services,
        };
    }

    private ServiceConfig Service(PoolConfig shared)
    {
        string name = Name();
        FlowProtocol protocol = One<FlowProtocol>();
        ServiceConfig service = new()
        {
            Name = name,
            Listen = [.. Enumerable.Range(0, _random.Next(1, 6)).Select(_ => Listen())],
            Protocol = protocol,
            Pool = Flip() ? shared : Pool(name),
            MaxConnections = _random.Next(),
            Freebind = Flip(),
            RetryAttempts = _random.Next(1, 17),
        };
        return protocol == FlowProtocol.Tcp
            ? service with
            {
                Backlog = _random.Next(1, 65_536),
                Timeouts = new TimeoutConfig
                {
                    Connect = Duration(1), Idle = Duration(0), HalfClose = Duration(0), Lifetime = Duration(0),
                },
            }
            : service with
            {
                Timeouts = new TimeoutConfig { Idle = Duration(1), Lifetime = Duration(0) },
                Udp = Udp(),
            };
    }

    private UdpConfig Udp()
    {
        bool oneWay = Flip();
        return new UdpConfig
        {
            OneWay = oneWay,
            Responses = oneWay ? 0 : _random.Next(1_000_001),
            MaxSessions = _random.Next(),
            DenySourcePorts = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => (ushort)_random.Next(65_536))],
        };
    }

    private PoolConfig Pool(string name)
    {
        TimeSpan longest = Duration(1);
        HealthConfig health = Health();
        return new PoolConfig
        {
            Name = name,
            Backends = [.. Enumerable.Range(0, _random.Next(1, 6)).Select(_ => Backend())],
            Balance = One<BalancePolicy>(),
            HashOn = Pick(
                HashOn.FiveTuple, HashOn.Source, HashOn.SourcePrefix(_random.Next(1, 33), _random.Next(1, 129)),
                HashOn.SourcePrefix(24, HashOn.UsualV6Bits)),
            MaxLoad = Flip() ? 0 : 1.01 + _random.NextDouble(),
            Maglev = new MaglevConfig { TableSize = Pick(7, 65_537, 5_000_011) },
            Health = health,
            Ejection = new EjectionConfig
            {
                Failures = _random.Next(), Max = longest, MaxEjected = _random.NextDouble(),
                Base = TimeSpan.FromMilliseconds(_random.NextInt64(1, (long)longest.TotalMilliseconds + 1)),
                FailureShare = _random.NextDouble(), MinFlows = _random.Next(1, int.MaxValue), Window = Duration(100),
                Reinstate = health.Type == ProbeType.None ? default : One<Reinstatement>(),
            },
            Queue = new QueueConfig { Size = _random.Next(QueueConfig.MostSize + 1), Timeout = Duration(1) },
            SlowStart = new SlowStartConfig { Duration = Duration(0) },
            OnDown = One<OnDown>(),
            Zones = new ZonesConfig { PreferLocal = Flip(), SpillBelow = _random.NextDouble() },
            SubsetSize = _random.Next(PoolConfig.MaxBackends + 1),
            PanicThreshold = _random.NextDouble(),
            WhenDown = One<WhenDown>(),
            DrainTimeout = Duration(0),
            BackendsFile = Pick("", "/run/with space \"and\" more", Path.GetFullPath("/etc/" + Name())),
            Names = new ResolveConfig
            {
                Interval = Pick(TimeSpan.Zero, Duration(100)), Hold = Duration(0),
                Servers = [.. Enumerable.Range(0, _random.Next(3)).Select(_ => Listen().Endpoint)],
            },
        };
    }

    private FleetConfig Fleet()
    {
        int size = _random.Next(1, FleetConfig.MostBalancers + 1);
        return new FleetConfig { Index = _random.Next(size), Size = size };
    }

    private HealthConfig Health()
    {
        HealthConfig health = WithAgent(new HealthConfig
        {
            Type = One<ProbeType>(), Interval = Duration(10), Timeout = Duration(1), Rise = _random.Next(1, 1001),
            Fall = _random.Next(1, 1001), Jitter = _random.NextDouble(), Port = (ushort)_random.Next(65_536),
            IntervalDown = IntervalOrNone(), IntervalTransition = IntervalOrNone(),
        });
        if (health.Type != ProbeType.None) health = health with { Initial = One<InitialState>() };
        if (health.Type is not (ProbeType.None or ProbeType.Udp or ProbeType.Exec))
        {
            health = health with { ProxyProtocol = One<ProxyProtocol>() };
        }

        bool reply = Flip();
        return health.Type switch
        {
            ProbeType.Udp => health with
            {
                Reply = reply, Send = Bytes(), Expect = reply ? Pattern() : AnswerPattern.Empty,
            },
            ProbeType.SendExpect when reply => health with { Send = Bytes(), Expect = Pattern() },
            ProbeType.SendExpect => health with
            {
                Steps = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Step())],
            },
            ProbeType.Tls => health with { Tls = Tls() },
            ProbeType.Http => health with { Http = Http(reply), Tls = reply ? Tls() : new TlsProbeConfig() },
            ProbeType.Exec => health with { Command = ["/bin/sh", "-c", Pick("exit 0", "a \"b\" \\ ü {port}", "")] },
            _ => health,
        };
    }

    private HealthConfig WithAgent(HealthConfig health) => Flip()
        ? health
        : health with
        {
            AgentPort = (ushort)_random.Next(1, 65_536), AgentInterval = IntervalOrNone(), AgentSend = Bytes(),
        };

    private TimeSpan IntervalOrNone() => Flip() ? TimeSpan.Zero : Duration(10);

    private ProbeStep Step() => new()
    {
        Send = Flip() ? Bytes() : default, Expect = Pattern(), MinBytes = _random.Next(99),
    };

    private HttpProbeConfig Http(bool https) => new()
    {
        Method = Pick("GET", "OPTIONS", "POST"), Path = Pick("/", "/a%20b?c=\"d\\"), Https = https,
        Host = Pick("", "a.example.net:80", "[::1]"),
        Status = Pick(HttpStatusSet.Good, HttpStatusSet.Parse("404, 500-599")!),
        Body = Flip() ? Pattern() : AnswerPattern.Empty,
    };

    private TlsProbeConfig Tls() => new() { Name = Pick("", "a.example.net"), Verify = Flip() };

    private AnswerPattern Pattern() => Flip()
        ? AnswerPattern.Of(Bytes())
        : AnswerPattern.OfExpression(Pick("^\\+?\\x00\"", "re:a{1,3}", "[ab]$")).Pattern!;

    private BackendConfig Backend() => _random.Next(5) == 0
        ? new BackendConfig { Name = Name(), Host = "_web._tcp.example.net", Port = 0, Zone = Pick("", "z1") }
        : Placed(Flip()) with
        {
            Zone = Pick("", "z1"),
            Host = Pick("10.0.0.1", "2001:db8::1", "web-1.example.net"),
            Port = (ushort)_random.Next(1, 65_536),
            Weight = _random.Next(257),
            MaxConnections = _random.Next(),
        };

    private BackendConfig Placed(bool backup) => new()
    {
        Name = Name(), Host = "", Port = 1, Backup = backup,
        Priority = backup ? 0 : _random.Next(BackendConfig.MostPriority + 1),
    };

    /// <summary>Each on a port of its own, some of them neighbours.</summary>
    private ListenAddress Listen()
    {
        _port += _random.Next(1, 3);
        IpAddress address = Pick(default, IpAddress.FromV4(0), IpAddress.FromV4(0x7F00_0001), new IpAddress(1, 2));
        return new ListenAddress(new IpEndpoint(address, (ushort)_port), address == default && Flip());
    }

    private byte[] Bytes()
    {
        byte[] any = new byte[_random.Next(1, 20)];
        _random.NextBytes(any);
        return Flip() ? any : Encoding.UTF8.GetBytes(Pick("ping\r\n", "hex:12", "0x12", "re:a", "ü \\ \"", "\0"));
    }

    private string Name()
    {
        string signs = new([.. Enumerable.Range(0, _random.Next(8)).Select(_ => Pick(NameSigns.ToCharArray()))]);
        return $"{signs}{++_names}";
    }

    private TimeSpan Duration(int least) => Flip()
        ? TimeSpan.FromSeconds(_random.Next(1, 10_000))
        : TimeSpan.FromMilliseconds(_random.NextInt64(least, (long)DurationSyntax.Longest.TotalMilliseconds + 1));

    private T One<T>() where T : struct, Enum => Pick(Enum.GetValues<T>());

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    private bool Flip() => _random.Next(2) == 0;
}
