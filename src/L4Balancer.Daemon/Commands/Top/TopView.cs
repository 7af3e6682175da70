using L4Balancer.Daemon.Client;
using L4Balancer.Daemon.Commands.Display;

namespace L4Balancer.Daemon.Commands.Top;

/// <summary>What of the daemon a view needs beside its status.</summary>
internal enum TopPage
{
    /// <summary>Nothing.</summary>
    Status,

    /// <summary>Clients and networks.</summary>
    Users,

    /// <summary>Live flows.</summary>
    Connections,
}

/// <summary>A cell and where it stands in an order: numbers by their size, texts by their letters.</summary>
internal readonly record struct TopCell(Cell Cell, double Order)
{
    /// <summary>A text.</summary>
    public static implicit operator TopCell(string text) => new(text, 0);

    /// <summary>A count.</summary>
    public static implicit operator TopCell(long count) => new(count, count);
}

/// <summary>One of the tables that <c>top</c> shows.</summary>
/// <param name="Name">Its name, also on the command line.</param>
/// <param name="Page">What it needs.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="FirstSort">The column that it is sorted by at first.</param>
/// <param name="Rows">Its rows, in any order.</param>
internal sealed record TopView(
    string Name, TopPage Page, Column[] Columns, int FirstSort, Func<TopSample, IEnumerable<TopCell[]>> Rows)
{
    /// <summary>All, in the order of their keys from 1.</summary>
    public static readonly TopView[] All =
    [
        new("services", TopPage.Status, [
            new("SERVICE"), new("OPEN", IsNumber: true), new("PEAK", Rank: 6, IsNumber: true),
            new("LIMIT", Rank: 5, IsNumber: true), new("NEW/S", Rank: 1, IsNumber: true),
            new("TOTAL", Rank: 4, IsNumber: true), new("IN/S", Rank: 2, IsNumber: true),
            new("OUT/S", Rank: 2, IsNumber: true), new("ERRORS", Rank: 3, IsNumber: true),
            new("RETRIES", Rank: 7, IsNumber: true)], 4, ServiceRows),
        new("backends", TopPage.Status, [
            new("BACKEND"), new("STATE"), new("OPEN", IsNumber: true), new("NEW/S", Rank: 1, IsNumber: true),
            new("TOTAL", Rank: 5, IsNumber: true), new("WEIGHT", Rank: 3, IsNumber: true),
            new("SHARE", Rank: 4, IsNumber: true), new("ERRORS", Rank: 6, IsNumber: true),
            new("SINCE", Rank: 2, IsNumber: true), new("WHY", Rank: 7)], 2, BackendRows),
        new("clients", TopPage.Users, UserColumns("CLIENT"), 2, ClientRows),
        new("networks", TopPage.Users, UserColumns("NETWORK"), 2, NetworkRows),
        new("connections", TopPage.Connections, [
            new("CLIENT"), new("BACKEND"), new("SERVICE", Rank: 2), new("PHASE", Rank: 3),
            new("AGE", Rank: 1, IsNumber: true), new("IDLE", Rank: 4, IsNumber: true),
            new("IN", Rank: 5, IsNumber: true), new("OUT", Rank: 5, IsNumber: true), new("ID", Rank: 6)],
            4, ConnectionRows),
    ];

    /// <summary>The rows in the order of a column; where that ties, in the order of the first.</summary>
    /// <param name="sample">What is shown.</param>
    /// <param name="column">The column.</param>
    /// <param name="reversed">Numbers from the smallest and texts from the last letter on.</param>
    public IReadOnlyList<TopCell[]> Sorted(TopSample sample, int column, bool reversed)
    {
        IEnumerable<TopCell[]> rows = Rows(sample).OrderBy(static row => row[0].Cell.Text, StringComparer.Ordinal);
        bool isNumber = Columns[column].IsNumber;
        return
        [
            .. isNumber && reversed ? rows.OrderBy(row => row[column].Order)
                : isNumber ? rows.OrderByDescending(row => row[column].Order)
                : reversed ? rows.OrderByDescending(row => row[column].Cell.Text, StringComparer.Ordinal)
                : rows.OrderBy(row => row[column].Cell.Text, StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<TopCell[]> ServiceRows(TopSample sample) => sample.Status.Services.Select(service =>
    {
        Rates rates = sample.Services.GetValueOrDefault(service.Name);
        Tone tone = service.State == "removed" ? Tone.Warning : Tone.Plain;
        return new TopCell[]
        {
            new(new Cell(service.Name, tone), 0), service.Sessions.Open, service.Sessions.Peak, service.Sessions.Limit,
            new(Quantities.Rate(rates.Sessions), rates.Sessions), service.Sessions.Total,
            new(Quantities.Bytes(rates.BytesIn), rates.BytesIn), new(Quantities.Bytes(rates.BytesOut), rates.BytesOut),
            service.Errors, service.Retries,
        };
    });

    private static IEnumerable<TopCell[]> BackendRows(TopSample sample) => sample.Status.Backends.Select(backend =>
    {
        double rate = sample.Backends.GetValueOrDefault(Told.FullName(backend)).Sessions;
        TimeSpan since = sample.At - Told.Time(backend.Since);
        return new TopCell[]
        {
            Told.FullName(backend), new(BackendTable.State(backend), 0), backend.Sessions.Open,
            new(Quantities.Rate(rate), rate), backend.Sessions.Total, backend.Weight,
            new(BackendTable.Share(backend), backend.Share ?? 0), backend.ConnectErrors,
            new(Quantities.Duration(since), since.TotalSeconds), BackendTable.Why(backend, sample.At),
        };
    });

    private static Column[] UserColumns(string title) =>
        [new(title), new("OPEN", IsNumber: true), new("BYTES/S", IsNumber: true), new("BYTES", IsNumber: true)];

    private static IEnumerable<TopCell[]> ClientRows(TopSample sample) => sample.Users.Clients.Select(
        static one => UserRow(one.Client, one.Connections, one.BytesPerSecond, one.Bytes));

    private static IEnumerable<TopCell[]> NetworkRows(TopSample sample) => sample.Users.Prefixes.Select(
        static one => UserRow(one.Prefix, one.Connections, one.BytesPerSecond, one.Bytes));

    private static TopCell[] UserRow(string who, long connections, double rate, long bytes) =>
        [who, connections, new(Quantities.Bytes(rate), rate), new(Quantities.Bytes(bytes), bytes)];

    private static IEnumerable<TopCell[]> ConnectionRows(TopSample sample) =>
        sample.Connections.Connections.Select(one => new TopCell[]
        {
            one.Client, ConnectionTable.BackendName(one), one.Service, one.Phase.Replace('_', '-'),
            new(Quantities.Duration(one.AgeSeconds), one.AgeSeconds),
            new(Quantities.Duration(one.IdleSeconds), one.IdleSeconds),
            new(Quantities.Bytes(one.ClientBytes), one.ClientBytes),
            new(Quantities.Bytes(one.ServerBytes), one.ServerBytes), one.Id,
        });
}
