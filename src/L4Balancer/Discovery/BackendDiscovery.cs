using L4Balancer.Backends;
using L4Balancer.Config;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Discovery;

/// <summary>
/// Makes of what is configured the backends that are in force: names are what they resolve to, files what stands in
/// them. Names and files are watched; several pools share what they have in common. Methods that change something have
/// one caller at a time; the rest is for any thread.
/// </summary>
internal sealed class BackendDiscovery : IAsyncDisposable
{
    /// <summary>Longest wait for names that are new: a start or a reload takes no longer by it.</summary>
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(2);

    private readonly Surroundings _surroundings;
    private volatile Dictionary<NameKey, NameWatch> _names = []; // Replaced as a whole.
    private volatile Dictionary<string, FileWatch> _files = [];
    private Dictionary<string, ResolveConfig> _kept = []; // How the pools looked up names that were kept last.

    public BackendDiscovery(TimeProvider time, ILogger logger) =>
        _surroundings = new Surroundings(time, logger, () => Changed?.Invoke());

    /// <summary>What is in force is another than before. Any thread; returns at once.</summary>
    public event Action? Changed;

    /// <summary>Look-ups of names so far.</summary>
    public LookUpCounts Names => _surroundings.Counts;

    /// <summary>Files read so far.</summary>
    public LookUpCounts Files => _surroundings.Files;

    /// <summary>Watches what these pools need beside what is watched, and waits for the first look, for 2 s.</summary>
    public async Task PrepareAsync(IReadOnlyCollection<PoolConfig> pools, CancellationToken cancellationToken)
    {
        Dictionary<string, FileWatch> files = new(_files);
        foreach (string path in Paths(pools).Distinct().Where(path => !files.ContainsKey(path)))
        {
            files.Add(path, new FileWatch(path, _surroundings));
        }

        _files = files;

        Dictionary<NameKey, NameWatch> names = new(_names);
        foreach ((NameKey key, NameKey? former) in Keys(pools).Where(one => !names.ContainsKey(one.Key)))
        {
            // A name that is only looked up otherwise stands for what it stood for until there is an answer.
            names.Add(key, new NameWatch(key, _surroundings, ServersOf(former)));
        }

        _names = names;

        Task first = Task.WhenAll(names.Values.Select(static name => name.First));
        if (first.IsCompleted) return;

        try
        {
            await first.WaitAsync(FirstPatience, _surroundings.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return; // Their backends come when they are known.
        }
    }

    /// <summary>Watches no longer what none of these pools needs.</summary>
    public async Task KeepAsync(IReadOnlyCollection<PoolConfig> pools)
    {
        HashSet<NameKey> names = [.. Keys(pools).Select(static one => one.Key)];
        HashSet<string> files = [.. Paths(pools)];
        IAsyncDisposable[] unused =
        [
            .. _names.Where(one => !names.Contains(one.Key)).Select(static one => one.Value),
            .. _files.Where(one => !files.Contains(one.Key)).Select(static one => one.Value),
        ];
        _names = _names.Where(one => names.Contains(one.Key)).ToDictionary();
        _files = _files.Where(one => files.Contains(one.Key)).ToDictionary();
        _kept = pools.DistinctBy(static pool => pool.Name).ToDictionary(
            static pool => pool.Name, static pool => pool.Names);
        foreach (IAsyncDisposable one in unused) await one.DisposeAsync();
    }

    /// <summary>
    /// A configured pool with the backends that are in force. Names are unique in it, and so is what makes a backend
    /// the same: an entry may be called as one that a name stands for would be.
    /// </summary>
    public PoolConfig InForce(PoolConfig pool)
    {
        bool isPlain = pool.BackendsFile.Length == 0
            && pool.Backends.All(backend => NameKey.Of(backend, pool.Names) is null);
        if (isPlain) return pool;

        IEnumerable<BackendConfig> all = Entries(pool).SelectMany(entry => NameKey.Of(entry, pool.Names) is { } key
            ? Expansion.Of(entry, ServersOf(key))
            : [entry]);
        return pool with
        {
            Backends =
            [
                .. all.DistinctBy(static one => one.Name).DistinctBy(BackendIdentity.Of).Take(PoolConfig.MaxBackends),
            ],
        };
    }

    /// <summary>How each source of a pool goes, by what the configuration calls it.</summary>
    public IEnumerable<(string Source, SourceState State)> Sources(PoolConfig pool)
    {
        if (_files.TryGetValue(pool.BackendsFile, out FileWatch? file)) yield return (pool.BackendsFile, file.State);

        foreach (BackendConfig entry in Entries(pool))
        {
            NameKey? key = NameKey.Of(entry, pool.Names);
            NameWatch? watch = key is null ? null : _names.GetValueOrDefault(key);
            if (watch is not null) yield return (ConfigText.Address(entry), watch.State);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KeepAsync([]);
        _surroundings.Dispose();
    }

    private static IEnumerable<string> Paths(IEnumerable<PoolConfig> pools) =>
        pools.Select(static pool => pool.BackendsFile).Where(static path => path.Length > 0);

    private IReadOnlyList<FoundServer> ServersOf(NameKey? key) =>
        key is null ? [] : _names.GetValueOrDefault(key)?.Servers ?? [];

    /// <summary>What pools look up, and as what the same pool looked that up before.</summary>
    private IEnumerable<(NameKey Key, NameKey? Former)> Keys(IEnumerable<PoolConfig> pools) =>
        from pool in pools
        let former = _kept.GetValueOrDefault(pool.Name)
        from entry in Entries(pool)
        let key = NameKey.Of(entry, pool.Names)
        where key is not null
        select (key, former is null ? null : NameKey.Of(entry, former));

    /// <summary>What is configured, and what the file has beside that.</summary>
    private IEnumerable<BackendConfig> Entries(PoolConfig pool)
    {
        if (!_files.TryGetValue(pool.BackendsFile, out FileWatch? file)) return pool.Backends;

        HashSet<string> configured = [.. pool.Backends.Select(static one => one.Name)];
        return pool.Backends.Concat(file.Backends.Where(one => !configured.Contains(one.Name)));
    }
}
