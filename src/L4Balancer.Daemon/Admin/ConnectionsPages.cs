using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Configuration;
using L4Balancer.Daemon.Logging;
using L4Balancer.Net;
using L4Balancer.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// The live connections: <c>/connections</c>, <c>/top</c>, and <c>POST /connections/kill</c>.
/// </summary>
internal sealed class ConnectionsPages(Balancer balancer, TimeProvider time, ILogger logger) : IAdminRoutes, IDisposable
{
    private const int UsualConnections = 100;
    private const int MostConnections = 100_000;
    private const int UsualTop = 20;
    private const int MostTop = 1000;

    private readonly FlowRates _rates = new(time);

    /// <summary>A list of all flows can be tens of megabytes: they are made one after the other.</summary>
    private readonly SemaphoreSlim _listing = new(1, 1);

    /// <inheritdoc/>
    public IReadOnlyList<AdminRoute> Routes =>
    [
        AdminRoute.GetAsync("/connections", ListAsync, "service", "client", "backend", "limit"),
        AdminRoute.GetAsync("/top", TopAsync, "by", "limit"),
        AdminRoute.Post("/connections/kill", KillAsync),
    ];

    /// <inheritdoc/>
    public void Dispose() => _listing.Dispose();

    // Who lists does so to the end, whether or not his client waits for it: one walk over the flows at a time.
    private Task<Answer?> ListAsync(AdminRequest request)
    {
        int limit = request.QueryNumber("limit", 1, MostConnections, UsualConnections);
        FlowFilter filter = Filter(
            request.Query("service"), request.Query("client"), request.Query("backend"), AdminRequest.BadQuery);
        return OneByOneAsync(
            async () =>
            {
                FlowListing flows = await balancer.FlowsAsync(filter, limit, CancellationToken.None);
                ConnectionJson[] youngest =
                    [.. flows.Flows.OrderBy(static flow => flow.Age).Select(ConnectionJson.Of)];
                return Answer.Json(new ConnectionsJson(flows.Total, youngest), static form => form.ConnectionsJson);
            },
            request.Aborted);
    }

    private Task<Answer?> TopAsync(AdminRequest request)
    {
        string by = request.QueryWord("by", TopTable.Orders);
        int limit = request.QueryNumber("limit", 1, MostTop, UsualTop);
        return OneByOneAsync(
            async () =>
            {
                FlowListing flows = await balancer.FlowsAsync(new FlowFilter(), int.MaxValue, CancellationToken.None);
                TopJson top = TopTable.Rank(flows.Flows, _rates.Of(flows.Flows), by, limit);
                return Answer.Json(top, static form => form.TopJson);
            },
            request.Aborted);
    }

    private async Task<Answer?> KillAsync(AdminRequest request)
    {
        RequestBody body = await RequestBody.ReadAsync(request, "id", "service", "client", "backend");
        (string? id, string? service, string? client, string? backend) =
            (body.Text("id"), body.Text("service"), body.Text("client"), body.Text("backend"));
        string?[] others = [service, client, backend];
        if (id is null && others.All(static one => one is null))
        {
            throw RequestBody.Bad("nothing says which connections are to end; give id, service, client or backend");
        }

        if (id is not null && others.Any(static one => one is not null))
        {
            throw RequestBody.Bad("id names one connection; service, client and backend must not stand beside it");
        }

        FlowFilter filter = id is null
            ? Filter(service, client, backend, static (key, problem) => RequestBody.Bad($"{key} {problem}"))
            : new FlowFilter { Id = Id(id) };
        int killed = await balancer.KillFlowsAsync(filter, request.Aborted);
        if (killed == 0 && id is not null)
        {
            throw new AdminRefusal(
                StatusCodes.Status404NotFound, $"there is no connection {id}; it has ended, or never was");
        }

        if (killed > 0)
        {
            logger.ConnectionsKilled(Listing.Count(killed, "connection"), Text(id, service, client, backend));
        }

        return Answer.Json(new KilledJson(killed), static form => form.KilledJson);
    }

    /// <exception cref="AdminRefusal">A name is unknown, or an address no address.</exception>
    private FlowFilter Filter(
        string? service, string? client, string? backend, Func<string, string, AdminRefusal> refusal)
    {
        IpPrefix prefix = default;
        if (client is not null && !IpPrefix.TryParse(client, out prefix))
        {
            throw refusal("client", "must be an address or a prefix such as 10.0.0.0/8");
        }

        if (service is not null)
        {
            BackendNames.RequireKnown(
                "service", service, [.. balancer.ServiceStatuses.Select(static one => one.Name).Distinct()]);
        }

        FlowFilter filter = new() { Service = service, Client = client is null ? null : prefix };
        if (backend is null) return filter;

        IReadOnlyList<BackendStatus> named = BackendNames.FindAll(balancer.Backends, backend);
        bool isOnePool = named.All(one => one.Pool == named[0].Pool);
        return filter with { Pool = isOnePool ? named[0].Pool : null, Backend = named[0].Name };
    }

    private static FlowId Id(string text) => FlowId.TryParse(text, out FlowId id)
        ? id
        : throw RequestBody.Bad("id must be the id of a connection as /connections shows it, such as 0-17-3");

    private async Task<Answer?> OneByOneAsync(Func<Task<Answer>> list, CancellationToken cancellationToken)
    {
        await _listing.WaitAsync(cancellationToken);
        try
        {
            return await list();
        }
        finally
        {
            _listing.Release();
        }
    }

    private static string Text(string? id, string? service, string? client, string? backend)
    {
        (string Key, string? Value)[] given =
            [("id", id), ("service", service), ("client", client), ("backend", backend)];
        return string.Join(", ", from one in given where one.Value is not null select $"{one.Key} {one.Value}");
    }
}
