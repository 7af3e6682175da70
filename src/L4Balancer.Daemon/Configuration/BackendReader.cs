using L4Balancer.Config;
using L4Balancer.Discovery;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// Reads the backends of a pool: <c>backends = ["host:port", { address = "host:port", weight = 2 }]</c>,
/// <c>[[….backend]]</c> tables and <c>backends_file = "file"</c>, which may stand beside each other.
/// </summary>
/// <param name="problems">Takes what is wrong.</param>
/// <param name="folder">Where a file is that is named without its folder.</param>
internal sealed class BackendReader(ProblemList problems, string folder)
{
    private const string FileKey = "backends_file";
    private const string ListKey = "backends";
    private const string TablesKey = "backend";
    private const int GreatestWeight = 256;

    /// <summary>True when the table mentions backends, well or badly.</summary>
    public static bool ArePresent(TableReader table) =>
        table.Entry(ListKey) is not null || table.Entry(TablesKey) is not null
        || table.Entry(FileKey) is { Value: not TomlString { Value: "" } };

    /// <summary>
    /// A pool with what its table says of backends. Names are unique; what is wrong is reported and left out.
    /// </summary>
    public PoolConfig Read(TableReader table, PoolConfig pool)
    {
        string file = ReadFile(table);
        return pool with { Backends = ReadListed(table, hasFile: file.Length > 0), BackendsFile = file };
    }

    /// <summary>
    /// The full path of the file. What is wrong inside it is only a warning: who writes it may still do so, and other
    /// backends and services are not to wait for that.
    /// </summary>
    private string ReadFile(TableReader table)
    {
        if (table.Text(FileKey) is not { Length: > 0 } path) return "";

        TomlNode at = table.Node(FileKey)!;
        if (path.Any(char.IsControl)) return table.Reject(at, $"'{FileKey}' is not the name of a file", "");

        path = Path.GetFullPath(path, folder);
        if (BackendsFile.Load(path).Problem is { } problem)
        {
            problems.Warning(at.Position, $"{problem}; no backend of it is used as it is");
        }

        return path;
    }

    private IReadOnlyList<BackendConfig> ReadListed(TableReader table, bool hasFile)
    {
        Dictionary<string, BackendConfig> backends = [];
        Dictionary<string, TomlPosition> places = [];
        foreach ((BackendConfig backend, TomlPosition place) in ReadAll(table))
        {
            if (backends.TryAdd(backend.Name, backend))
            {
                places.Add(backend.Name, place);
                continue;
            }

            problems.Error(
                place,
                $"a second backend of [{table.Path}] is named \"{backend.Name}\", "
                + $"as on line {places[backend.Name].Line}; give one of them another name = \"...\"");
        }

        bool hasOthers = hasFile || table.Entry(TablesKey) is not null;
        if (!hasOthers && table.Entry(ListKey) is { Value: TomlArray { Items.Count: 0 } empty })
        {
            problems.Error(empty.Position, $"[{table.Path}] needs at least one backend");
        }

        if (backends.Count > PoolConfig.MaxBackends)
        {
            problems.Error(
                places.Values.First(),
                $"[{table.Path}] has {backends.Count} backends; a pool holds at most {PoolConfig.MaxBackends}");
        }

        return [.. backends.Values];
    }

    private List<(BackendConfig Backend, TomlPosition Place)> ReadAll(TableReader table)
    {
        List<(BackendConfig, TomlPosition)> found = [];
        foreach (string key in (ReadOnlySpan<string>)[ListKey, TablesKey])
        {
            string what = key == ListKey ? "backends" : $"tables [[{table.Path}.backend]]";
            IReadOnlyList<TomlNode> items = table.List(key, what);
            for (int i = 0; i < items.Count; i++)
            {
                if (ReadOne(table, key, i, items[i]) is { } backend) found.Add((backend, items[i].Position));
            }
        }

        return found;
    }

    private BackendConfig? ReadOne(TableReader table, string key, int index, TomlNode item) => item switch
    {
        TomlTable inner => ReadTable(table.Item(key, index, inner)),
        TomlString { Value: var address } when key == ListKey => FromAddress(address, item, null),
        _ => table.Reject<BackendConfig?>(
            item, $"a backend must be \"host:port\" or a table with an address, not {item.Kind}", null),
    };

    private BackendConfig? ReadTable(TableReader table)
    {
        TomlNode? address = table.Node("address");
        string? name = table.Text("name");
        int weight = table.Integer("weight", 1, 0, GreatestWeight);
        int maxConnections = table.Integer("max_connections", 0, 0, int.MaxValue);
        (bool backup, int priority) = (table.Boolean("backup", false), Priority(table));
        string zone = FleetKeys.Zone(table, "");
        if (backup && priority > 0)
        {
            problems.Error(
                table.Node("priority")!.Position, "a backup comes after all priorities; remove backup or priority");
        }

        if (address is null) problems.Error(table.Position, "a backend needs an address = \"host:port\"");
        if (name is not null && NameSyntax.Problem(name) is { } problem)
        {
            problems.Error(table.Node("name")!.Position, $"the name {problem}");
        }

        if (table.Text("address") is not { } text || FromAddress(text, address!, name) is not { } backend) return null;

        BackendConfig read = backend with
        {
            Weight = weight, MaxConnections = maxConnections, Backup = backup, Priority = priority, Zone = zone,
        };
        return backend.IsSrv && (table.Node("weight") ?? table.Node("priority")) is { } at
            ? table.Reject(
                at, "SRV records say weight and priority of each of their servers themselves; remove them", backend)
            : read;
    }

    private static int Priority(TableReader table) => table.Integer("priority", 0, 0, BackendConfig.MostPriority);

    private BackendConfig? FromAddress(string address, TomlNode at, string? name)
    {
        if (AddressSyntax.ParseBackend(address, out string host, out ushort port) is not { } problem)
        {
            return new BackendConfig { Name = name ?? (port == 0 ? host : address), Host = host, Port = port };
        }

        problems.Error(at.Position, problem);
        return null;
    }
}
