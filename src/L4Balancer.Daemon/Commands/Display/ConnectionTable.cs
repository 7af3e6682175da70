using L4Balancer.Daemon.Admin.Forms;

namespace L4Balancer.Daemon.Commands.Display;

/// <summary>Live flows as a table.</summary>
internal static class ConnectionTable
{
    /// <summary>The columns.</summary>
    public static readonly Column[] Columns =
    [
        new("ID"), new("SERVICE", Rank: 2), new("CLIENT"), new("BACKEND"), new("PHASE", Rank: 3),
        new("AGE", Rank: 1, IsNumber: true), new("IDLE", Rank: 4, IsNumber: true), new("IN", Rank: 5, IsNumber: true),
        new("OUT", Rank: 5, IsNumber: true),
    ];

    /// <summary>Makes the table.</summary>
    public static TextTable Render(IEnumerable<ConnectionJson> connections)
    {
        TextTable table = new(Columns);
        foreach (ConnectionJson connection in connections) table.Add(Cells(connection));
        return table;
    }

    /// <summary>A row.</summary>
    public static Cell[] Cells(ConnectionJson connection) =>
    [
        connection.Id, connection.Service, connection.Client, BackendName(connection), Phase(connection),
        Quantities.Duration(connection.AgeSeconds), Quantities.Duration(connection.IdleSeconds),
        Quantities.Bytes(connection.ClientBytes), Quantities.Bytes(connection.ServerBytes),
    ];

    /// <summary>Pool and name; <c>-</c> while none is tried.</summary>
    public static string BackendName(ConnectionJson connection) =>
        connection.Backend is { } backend ? $"{connection.Pool}/{backend}" : "-";

    private static Cell Phase(ConnectionJson connection) =>
        new(connection.Phase.Replace('_', '-'), connection.Phase == "open" ? Tone.Plain : Tone.Faint);
}
