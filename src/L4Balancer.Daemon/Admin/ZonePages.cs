using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Hosting;
using Microsoft.AspNetCore.Http;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// Zones: <c>GET /zones</c>, and what an operator wants of one: <c>POST /zones/away</c>, <c>/zones/back</c>.
/// </summary>
internal sealed class ZonePages(Balancer balancer, ChangeGate gate) : IAdminRoutes
{
    /// <inheritdoc/>
    public IReadOnlyList<AdminRoute> Routes =>
    [
        AdminRoute.Get("/zones", _ => Answer.Json(
            [.. balancer.Zones.Select(ZoneJson.Of)], static form => form.IReadOnlyListZoneJson)),
        AdminRoute.Post("/zones/away", AwayAsync),
        AdminRoute.Post("/zones/back", BackAsync),
    ];

    private async Task<Answer?> AwayAsync(AdminRequest request)
    {
        RequestBody body = await RequestBody.ReadAsync(request, "zone", "force");
        return await ShiftAsync(request, body.RequiredText("zone"), isAway: true, body.Flag("force"));
    }

    private async Task<Answer?> BackAsync(AdminRequest request)
    {
        RequestBody body = await RequestBody.ReadAsync(request, "zone");
        return await ShiftAsync(request, body.RequiredText("zone"), isAway: false, force: false);
    }

    private Task<Answer?> ShiftAsync(AdminRequest request, string zone, bool isAway, bool force) =>
        gate.ChangeAsync<Answer?>(
            async () =>
            {
                ZoneShift? shift = await balancer.ShiftZoneAsync(zone, isAway, force, request.Aborted);
                BackendNames.RequireKnown("zone", zone, [.. balancer.Zones.Select(static one => one.Name)]);
                if (shift!.IsAway == isAway)
                {
                    return Answer.Json(ZoneShiftJson.Of(shift), static form => form.ZoneShiftJson);
                }

                throw new AdminRefusal(
                    StatusCodes.Status409Conflict,
                    $"without zone {zone} no backend would be available in {string.Join(", ", shift.LeftEmpty)}; "
                    + "\"force\": true (--force) does it all the same");
            },
            request.Aborted);
}
