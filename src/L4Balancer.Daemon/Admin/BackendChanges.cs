using L4Balancer.Backends;
using L4Balancer.Daemon.Hosting;
using Microsoft.AspNetCore.Http;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// What an operator wants of a backend: <c>POST /backends/drain</c>, <c>ready</c>, <c>maint</c>, <c>weight</c>.
/// </summary>
internal sealed class BackendChanges(Balancer balancer, AdminStatus status, ChangeGate gate) : IAdminRoutes
{
    private const int MostWeight = 256;
    private const double LeastDeadlineSeconds = 0.001; // Zero would be taken for "at once" and is "never".
    private const double MostDeadlineSeconds = 365 * 24 * 3600;

    /// <inheritdoc/>
    public IReadOnlyList<AdminRoute> Routes =>
    [
        AdminRoute.Post("/backends/drain", DrainAsync),
        AdminRoute.Post("/backends/ready", request => SetStateAsync(request, AdminState.Ready)),
        AdminRoute.Post("/backends/maint", request => SetStateAsync(request, AdminState.Maint)),
        AdminRoute.Post("/backends/weight", WeightAsync),
    ];

    private async Task<Answer?> DrainAsync(AdminRequest request)
    {
        RequestBody body = await RequestBody.ReadAsync(request, "pool", "backend", "deadline_seconds");
        double? seconds = body.Number("deadline_seconds", LeastDeadlineSeconds, MostDeadlineSeconds);
        TimeSpan? deadline = seconds is { } given ? TimeSpan.FromSeconds(given) : null;
        return await ChangeAsync(
            request, body, one => balancer.SetAdminState(one.Pool, one.Name, AdminState.Drain, deadline));
    }

    private async Task<Answer?> SetStateAsync(AdminRequest request, AdminState state)
    {
        RequestBody body = await RequestBody.ReadAsync(request, "pool", "backend");
        return await ChangeAsync(request, body, one => balancer.SetAdminState(one.Pool, one.Name, state, null));
    }

    private async Task<Answer?> WeightAsync(AdminRequest request)
    {
        RequestBody body = await RequestBody.ReadAsync(request, "pool", "backend", "weight");
        int? weight = body.WholeNumber("weight", 0, MostWeight);
        if (!body.Has("weight"))
        {
            throw RequestBody.Bad($"weight is missing; 0 to {MostWeight}, or null for what the configuration says");
        }

        return await ChangeAsync(request, body, one => balancer.SetWeight(one.Pool, one.Name, weight));
    }

    private Task<Answer?> ChangeAsync(AdminRequest request, RequestBody body, Func<BackendStatus, bool> change)
    {
        string? pool = body.Text("pool");
        string name = body.RequiredText("backend");
        return gate.ChangeAsync<Answer?>(
            async () =>
            {
                BackendStatus backend = BackendNames.Find(balancer.Backends, pool, name);
                if (!change(backend))
                {
                    throw new AdminRefusal(StatusCodes.Status404NotFound, $"backend {name} has just been removed");
                }

                return Answer.Json(
                    await status.BackendAsync(backend.Pool, backend.Name, request.Aborted),
                    static form => form.BackendJson);
            },
            request.Aborted);
    }
}
