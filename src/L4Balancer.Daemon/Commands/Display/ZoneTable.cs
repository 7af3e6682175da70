using L4Balancer.Daemon.Admin.Forms;

namespace L4Balancer.Daemon.Commands.Display;

/// <summary>Zones as a table.</summary>
internal static class ZoneTable
{
    /// <summary>Makes the table.</summary>
    public static TextTable Render(IEnumerable<ZoneJson> zones)
    {
        TextTable table = new(
            new Column("ZONE"), new Column("STATE"), new Column("BACKENDS", IsNumber: true),
            new Column("AVAILABLE", IsNumber: true), new Column("OPEN", IsNumber: true), new Column("SHARE"));
        foreach (ZoneJson zone in zones)
        {
            string shares = string.Join(
                ", ", zone.Shares.Select(static one => $"{one.Pool} {Quantities.Percent(one.Share)}"));
            table.Add(zone.Name, State(zone), zone.Backends, zone.Available, zone.Sessions, shares);
        }

        return table;
    }

    /// <summary>A share before and after.</summary>
    public static string Change(ZoneShiftShareJson share) => share.Before == share.After
        ? $"{Quantities.Percent(share.After)} of the new flows, as before"
        : $"{Quantities.Percent(share.Before)} -> {Quantities.Percent(share.After)} of the new flows";

    private static Cell State(ZoneJson zone) => zone switch
    {
        { Away: true } => new Cell(zone.Local ? "away, own" : "away", Tone.Warning),
        { Local: true } => new Cell("own", Tone.Good),
        _ => "",
    };
}
