using L4Balancer.Config;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// Reads the backends of a pool: <c>backends = ["host:port", { address = "host:port", weight = 2 }]</c> and
/// <c>[[….backend]]</c> tables, which may stand beside each other.
/// </summary>
internal sealed class BackendReader(ProblemList problems)
{
    private const string ListKey = "backends";
    private const string TablesKey = "backend";
    private const int GreatestWeight = 256;

    /// <summary>True when the table mentions backends, well or badly.</summary>
    public static bool ArePresent(TableReader table) =>
        table.Entry(ListKey) is not null || table.Entry(TablesKey) is not null;

    /// <summary>Reads them. Names are unique in the result; what is wrong is reported and left out.</summary>
    public IReadOnlyList<BackendConfig> Read(TableReader table)
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

        if (table.Entry(ListKey) is { Value: TomlArray { Items.Count: 0 } empty } && table.Entry(TablesKey) is null)
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
        if (address is null) problems.Error(table.Position, "a backend needs an address = \"host:port\"");
        if (name is not null && NameSyntax.Problem(name) is { } problem)
        {
            problems.Error(table.Node("name")!.Position, $"the name {problem}");
        }

        return table.Text("address") is { } text
            && FromAddress(text, address!, name) is { } backend
            ? backend with { Weight = weight, MaxConnections = maxConnections }
            : null;
    }

    private static int Priority(TableReader table) => table.Integer("priority", 0, 0, BackendConfig.MostPriority);

    private BackendConfig? FromAddress(string address, TomlNode at, string? name)
    {
        if (AddressSyntax.ParseBackend(address, out string host, out ushort port) is not { } problem)
        {
            return new BackendConfig { Name = name ?? address, Host = host, Port = port };
        }

        problems.Error(at.Position, problem);
        return null;
    }
}
