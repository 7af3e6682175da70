using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Client;

namespace L4Balancer.Daemon.Commands.Top;

/// <summary>How fast something goes, per second.</summary>
internal readonly record struct Rates(double Sessions, double BytesIn, double BytesOut);

/// <summary>What the daemon said at one moment, beside what it had said a moment before.</summary>
internal sealed record TopSample
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The daemon.</summary>
    public required StatusJson Status { get; init; }

    /// <summary>Who uses most; only where that is looked at.</summary>
    public TopJson Users { get; init; } = new("", [], []);

    /// <summary>Live flows; only where they are looked at.</summary>
    public ConnectionsJson Connections { get; init; } = new(0, []);

    /// <summary>Of services, by name.</summary>
    public IReadOnlyDictionary<string, Rates> Services { get; init; } = new Dictionary<string, Rates>();

    /// <summary>Of backends, by pool and name: sessions alone.</summary>
    public IReadOnlyDictionary<string, Rates> Backends { get; init; } = new Dictionary<string, Rates>();

    /// <summary>Of all services.</summary>
    public Rates Total => new(
        Services.Values.Sum(static one => one.Sessions), Services.Values.Sum(static one => one.BytesIn),
        Services.Values.Sum(static one => one.BytesOut));
}

/// <summary>Asks the daemon again and again.</summary>
internal sealed class TopPoll(AdminClient client, TimeProvider time)
{
    private const int MostListed = 1000; // Of clients and of flows: more than anybody scrolls through.

    private StatusJson? _before;
    private long _beforeAt;

    /// <summary>Takes the next sample.</summary>
    /// <param name="asked">What is looked at.</param>
    /// <param name="by">Which clients are wanted, in a word of <c>GET /top</c>.</param>
    public async Task<TopSample> NextAsync(TopPage asked, string by)
    {
        StatusJson status = await client.GetAsync(StatusCommand.Page, AnswersJson.Default.StatusJson);
        long at = time.GetTimestamp();
        double seconds = _before is null ? 0 : time.GetElapsedTime(_beforeAt, at).TotalSeconds;
        TopSample sample = new()
        {
            At = time.GetUtcNow(),
            Status = status,
            Services = seconds > 0 ? ServiceRates(_before!, status, seconds) : new Dictionary<string, Rates>(),
            Backends = seconds > 0 ? BackendRates(_before!, status, seconds) : new Dictionary<string, Rates>(),
        };
        (_before, _beforeAt) = (status, at);
        return asked switch
        {
            TopPage.Users => sample with
            {
                Users = await client.GetAsync($"top?by={by}&limit={MostListed}", AnswersJson.Default.TopJson),
            },
            TopPage.Connections => sample with
            {
                Connections = await client.GetAsync(
                    $"connections?limit={MostListed}", AnswersJson.Default.ConnectionsJson),
            },
            _ => sample,
        };
    }

    private static Dictionary<string, Rates> ServiceRates(StatusJson before, StatusJson now, double seconds)
    {
        Dictionary<string, ServiceJson> old = [];
        foreach (ServiceJson service in before.Services) old[service.Name] = service;

        Dictionary<string, Rates> rates = [];
        foreach (ServiceJson service in now.Services)
        {
            if (!old.TryGetValue(service.Name, out ServiceJson? then)) continue;
            rates[service.Name] = new Rates(
                Rate(then.Sessions.Total, service.Sessions.Total, seconds),
                Rate(then.Bytes.FromClients, service.Bytes.FromClients, seconds),
                Rate(then.Bytes.ToClients, service.Bytes.ToClients, seconds));
        }

        return rates;
    }

    private static Dictionary<string, Rates> BackendRates(StatusJson before, StatusJson now, double seconds)
    {
        Dictionary<string, long> old = [];
        foreach (BackendJson backend in before.Backends) old[Told.FullName(backend)] = backend.Sessions.Total;

        Dictionary<string, Rates> rates = [];
        foreach (BackendJson backend in now.Backends)
        {
            if (!old.TryGetValue(Told.FullName(backend), out long then)) continue;
            rates[Told.FullName(backend)] = new Rates(Rate(then, backend.Sessions.Total, seconds), 0, 0);
        }

        return rates;
    }

    /// <summary>Not below zero: a daemon that was started anew counts from there.</summary>
    private static double Rate(long then, long now, double seconds) => Math.Max(0, now - then) / seconds;
}
