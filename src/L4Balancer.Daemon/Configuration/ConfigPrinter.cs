using System.Text;
using L4Balancer.Config;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// Writes a configuration as a file with every key, also those at their defaults, which reads back as the same. A pool
/// that is its service's own stands in the service's table.
/// </summary>
internal sealed class ConfigPrinter
{
    private readonly StringBuilder _text = new("# The configuration in force, with every key.\n");

    private ConfigPrinter()
    {
    }

    /// <summary>The text of a configuration.</summary>
    public static string Print(BalancerConfig config)
    {
        ConfigPrinter printer = new();
        printer.Table("global", ConfigKeys.Global, config.Global);
        printer.Table("fleet", ConfigKeys.Fleet, config.Fleet);
        printer.Table("log", ConfigKeys.Log, config.Log);
        printer.Table("admin", ConfigKeys.Admin, config.Admin);

        ILookup<string, ServiceConfig> users = config.Services.ToLookup(static service => service.Pool.Name);
        foreach (ServiceConfig service in config.Services)
        {
            bool isOwn = service.Pool.Name == service.Name && users[service.Name].Count() == 1;
            printer.Service(service, isOwn);
            if (isOwn) printer.Pool(service.Pool);
        }

        foreach (IGrouping<string, ServiceConfig> pool in users)
        {
            if (pool.Count() == 1 && pool.First().Name == pool.Key) continue;

            printer.Header($"pool.{ConfigText.Key(pool.Key)}");
            printer.Pool(pool.First().Pool);
        }

        return printer._text.ToString();
    }

    private void Service(ServiceConfig service, bool hasOwnPool)
    {
        Header($"service.{ConfigText.Key(service.Name)}");
        string[] listen = [.. ListenRanges.Of(service.Listen).Select(ConfigText.Quoted)];
        Line($"listen = {(listen.Length == 1 ? listen[0] : $"[{string.Join(", ", listen)}]")}");
        Keys(ConfigKeys.Service, service);
        if (!hasOwnPool) Line($"pool = {ConfigText.Quoted(service.Pool.Name)}");
    }

    private void Pool(PoolConfig pool)
    {
        Keys(ConfigKeys.Pool, pool);
        Line("backends = [");
        foreach (BackendConfig backend in pool.Backends)
        {
            IEnumerable<string> keys = ConfigKeys.Backend
                .Where(key => key.Concerns(backend))
                .Select(key => key.Line(backend));
            Line($"  {{ {string.Join(", ", keys)} }},");
        }

        Line("]");
    }

    private void Table<T>(string name, IEnumerable<ConfigKey<T>> keys, T record)
    {
        Header(name);
        Keys(keys, record);
    }

    private void Header(string table) => Line($"\n[{table}]");

    private void Keys<T>(IEnumerable<ConfigKey<T>> keys, T record)
    {
        foreach (ConfigKey<T> key in keys.Where(key => key.Concerns(record))) Line(key.Line(record));
    }

    private void Line(string line) => _text.Append(line).Append('\n');
}
