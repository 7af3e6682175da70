using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// Turns a document into a configuration and reports everything that is wrong with it. Precedence of a key: the
/// service's or pool's own table, then <c>[defaults]</c>, then the initialiser in the record.
/// </summary>
internal sealed class ConfigBinder
{
    private const string Example =
        """
        there is no [service.NAME], so nothing would be balanced; three lines are enough:

            [service.web]
            listen   = "0.0.0.0:80"
            backends = ["10.0.0.11:8080", "10.0.0.12:8080"]
        """;

    private static readonly IEqualityComparer<PoolConfig> SameObject = ReferenceEqualityComparer.Instance;

    private readonly ProblemList _problems;
    private readonly ListenerList _listeners;
    private readonly BackendReader _backends;
    private readonly Dictionary<string, NamedPool> _pools = [];
    private readonly Dictionary<PoolConfig, TableReader> _poolTables = new(SameObject);

    private ConfigBinder(ProblemList problems, string folder)
    {
        _problems = problems;
        _listeners = new ListenerList(problems);
        _backends = new BackendReader(problems, folder);
    }

    /// <summary>
    /// Reads a document. The result may be used only if <paramref name="problems"/> has no errors afterwards.
    /// </summary>
    /// <param name="document">The document.</param>
    /// <param name="folder">Where the files are that it names.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static BalancerConfig Bind(TomlTable document, string folder, ProblemList problems) =>
        new ConfigBinder(problems, folder).Bind(new TableReader(document, "", new TomlPosition(1, 1), problems));

    private BalancerConfig Bind(TableReader root)
    {
        TableReader defaultsTable = root.Table("defaults");
        ServiceConfig defaults = Defaults(defaultsTable);
        foreach ((string name, TableReader table) in root.NamedTables("pool"))
        {
            _pools[name] = new NamedPool(Pool(name, table, defaults.Pool), table);
        }

        ProtocolRules rules = new(defaultsTable, _problems);
        (string Name, TableReader Table)[] tables = [.. root.NamedTables("service")];
        ServiceConfig[] services =
        [
            .. tables.Select(service => rules.Apply(Service(service.Name, service.Table, defaults), service.Table)),
        ];

        GlobalConfig global = KnownKeys.Global(root.Table("global"), new GlobalConfig());
        BalancerConfig config = new()
        {
            Global = global,
            Fleet = FleetKeys.Read(root.Table("fleet"), new FleetConfig()),
            Log = KnownKeys.Log(root.Table("log"), new LogConfig()),
            Admin = Admin(root.Table("admin")),
            Services = Settled(services, new HealthRules(defaultsTable, global, _problems)),
        };
        FleetRules fleet = new(root, config, _problems);
        BalanceRules balance = new(_problems);
        OverloadRules overload = new(_problems);
        foreach ((PoolConfig pool, TableReader table) in _poolTables)
        {
            fleet.Check(pool, table);
            balance.Check(pool, table);
            overload.Check(pool, table, IsForUdpAlone(services.Where(one => ReferenceEquals(one.Pool, pool))));
        }

        foreach ((ServiceConfig service, (_, TableReader table)) in config.Services.Zip(tables))
        {
            if (LoopRules.Problem(service, config.Services) is { } problem) _problems.Error(table.Position, problem);
        }

        foreach (NamedPool unused in _pools.Values.Where(pool => !pool.IsUsed))
        {
            _problems.Warning(unused.Table.Position, $"no service uses [{unused.Table.Path}]");
        }

        root.ReportUnknownKeys();
        if (config.Services.Count == 0) _problems.Error(null, Example);
        return config;
    }

    private static ServiceConfig Defaults(TableReader table)
    {
        foreach (string key in (ReadOnlySpan<string>)["listen", "pool", "backends", "backend", "backends_file"])
        {
            table.Misplaced(key, $"'{key}' cannot be a default; write it in each [service.NAME]");
        }

        PoolConfig pool = PoolKeys.Read(table, new PoolConfig { Name = "", Backends = [] });
        return KnownKeys.Service(table, new ServiceConfig { Name = "", Listen = [], Pool = pool });
    }

    private PoolConfig Pool(string name, TableReader table, PoolConfig defaults)
    {
        CheckName(name, table);
        PoolConfig pool = _backends.Read(table, PoolKeys.Read(table, defaults) with { Name = name });
        if (!BackendReader.ArePresent(table))
        {
            _problems.Error(table.Position, $"[{table.Path}] has no backends; write backends = [\"ADDRESS:PORT\"]");
        }

        _poolTables[pool] = table;
        return pool;
    }

    private ServiceConfig Service(string name, TableReader table, ServiceConfig defaults)
    {
        CheckName(name, table);
        ServiceConfig service = KnownKeys.Service(table, defaults);
        return service with
        {
            Name = name,
            Listen = Listen(table, service.Protocol),
            Pool = PoolOf(name, table, defaults.Pool),
        };
    }

    /// <summary>
    /// The services with pools whose probes are settled, which takes to know all who use one. A pool that several name
    /// stays one object.
    /// </summary>
    private List<ServiceConfig> Settled(ServiceConfig[] services, HealthRules rules)
    {
        ILookup<PoolConfig, ServiceConfig> users = services.ToLookup(static service => service.Pool, SameObject);
        Dictionary<PoolConfig, PoolConfig> settled = _poolTables.ToDictionary(
            static pool => pool.Key,
            pool => rules.Settle(pool.Key, pool.Value, IsForUdpAlone(users[pool.Key])),
            SameObject);

        // What a service has in place of a pool that there is not is in no table.
        return
        [
            .. services.Select(service => service with
            {
                Pool = settled.GetValueOrDefault(service.Pool, service.Pool),
            }),
        ];
    }

    private static bool IsForUdpAlone(IEnumerable<ServiceConfig> users) =>
        users.Any() && users.All(static service => service.Protocol == FlowProtocol.Udp);

    private List<ListenAddress> Listen(TableReader table, FlowProtocol protocol)
    {
        List<ListenAddress> all = [];
        TomlNode? listen = table.Node("listen");
        if (listen is null or TomlArray { Items.Count: 0 })
        {
            TomlPosition position = listen?.Position ?? table.Position;
            _problems.Error(position, $"[{table.Path}] listens nowhere; write listen = \"0.0.0.0:80\"");
        }

        foreach (TomlNode item in listen is TomlArray list ? list.Items : listen is null ? [] : [listen])
        {
            if (item is not TomlString text)
            {
                _problems.Error(item.Position, $"'listen' must be a string or a list of strings, not {item.Kind}");
            }
            else if (AddressSyntax.ParseListen(text.Value, out IReadOnlyList<ListenAddress> addresses) is { } problem)
            {
                _problems.Error(item.Position, problem);
            }
            else
            {
                _listeners.Add($"[{table.Path}]", protocol, item.Position, addresses);
                all.AddRange(addresses);
            }
        }

        return all;
    }

    /// <summary>The pool that a service names, or the one that it makes by listing its own backends.</summary>
    private PoolConfig PoolOf(string name, TableReader table, PoolConfig defaults)
    {
        string[] before = [.. table.Asked];
        PoolConfig own = PoolKeys.Read(table, defaults) with { Name = name };
        string[] poolKeys = [.. table.Asked.Except(before)];

        string? shared = table.Text("pool");
        if (table.Entry("pool") is { } entry)
        {
            foreach (string key in poolKeys)
            {
                table.Misplaced(key, $"'{key}' belongs to the pool here; write it in [pool.{shared ?? "NAME"}]");
            }

            if (BackendReader.ArePresent(table))
            {
                _problems.Error(entry.KeyPosition, $"[{table.Path}] has both pool and backends; keep one of them");
                _backends.Read(table, own);
            }

            return shared is null ? own : Shared(shared, entry, own);
        }

        own = _backends.Read(table, own);
        if (!BackendReader.ArePresent(table))
        {
            _problems.Error(
                table.Position,
                $"[{table.Path}] has no backends; write backends = [\"ADDRESS:PORT\"] or pool = \"NAME\"");
        }
        else if (_pools.ContainsKey(name))
        {
            _problems.Error(
                table.Position,
                $"[{table.Path}] makes a pool named '{name}' of its own backends, "
                + $"and [pool.{name}] is another; rename one");
        }

        _poolTables[own] = table;
        return own;
    }

    private PoolConfig Shared(string name, TomlEntry entry, PoolConfig fallback)
    {
        if (_pools.TryGetValue(name, out NamedPool? pool))
        {
            pool.IsUsed = true;
            return pool.Config;
        }

        string hint = NearestWord.Hint(name, _pools.Keys, '"');
        if (hint.Length == 0) hint = $"; write it as [pool.{name}]";
        _problems.Error(entry.Value.Position, $"unknown pool \"{name}\"{hint}");
        return fallback;
    }

    private AdminConfig Admin(TableReader table)
    {
        AdminConfig usual = new();
        AdminConfig admin = new() { Listen = AdminListen(table, usual), Socket = AdminSocket(table, usual) };
        if (admin.Listen is not { } listen) return admin;

        // Its web server takes IPv4 clients on [::] too.
        bool bothFamilies = listen.Address is { IsAny: true, IsV4: false };
        TomlPosition? place = table.Node("listen")?.Position;
        _listeners.Add("[admin]", FlowProtocol.Tcp, place, [new ListenAddress(listen, bothFamilies)]);
        return admin;
    }

    private static IpEndpoint? AdminListen(TableReader table, AdminConfig fallback)
    {
        if (table.Text("listen") is not { } text) return fallback.Listen;
        if (text.Length == 0) return null;

        return AddressSyntax.ParseEndpoint(text, out IpEndpoint endpoint) is { } problem
            ? table.Reject(
                table.Node("listen")!, $"{problem}; \"\" turns it off", fallback.Listen)
            : endpoint;
    }

    private static string? AdminSocket(TableReader table, AdminConfig fallback)
    {
        if (table.Text("socket") is not { } path) return fallback.Socket;
        if (path.Length == 0) return null;

        return SocketPath.Problem(path) is { } problem
            ? table.Reject(table.Node("socket")!, $"'socket' {problem}; \"\" turns it off", fallback.Socket)
            : path;
    }

    private void CheckName(string name, TableReader table)
    {
        if (NameSyntax.Problem(name) is { } problem) _problems.Error(table.Position, $"the name {problem}");
    }

    private sealed record NamedPool(PoolConfig Config, TableReader Table)
    {
        public bool IsUsed { get; set; }
    }
}
