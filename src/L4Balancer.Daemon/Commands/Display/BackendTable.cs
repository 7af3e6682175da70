using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Client;

namespace L4Balancer.Daemon.Commands.Display;

/// <summary>Backends as a table, and the sentences about one.</summary>
internal static class BackendTable
{
    /// <summary>Makes the table.</summary>
    /// <param name="backends">In the order of the daemon.</param>
    /// <param name="now">To tell how long ago something was.</param>
    public static TextTable Render(IEnumerable<BackendJson> backends, DateTimeOffset now)
    {
        TextTable table = new(
            new Column("BACKEND"), new Column("STATE"), new Column("SINCE", Rank: 2, IsNumber: true),
            new Column("WEIGHT", Rank: 3), new Column("SHARE", Rank: 4, IsNumber: true),
            new Column("OPEN", IsNumber: true), new Column("TOTAL", Rank: 5, IsNumber: true),
            new Column("ZONE", Rank: 6), new Column("ADDRESS", Rank: 6),
            new Column("FOUND BY", Rank: 7), new Column("WHY", Rank: 1));
        foreach (BackendJson backend in backends)
        {
            // An address that was configured is the name, or the operator knows it.
            string address = backend.Source is null ? "" : backend.Endpoint ?? "";
            table.Add(
                Told.FullName(backend), State(backend), Since(backend.Since, now), Weight(backend),
                Share(backend), Open(backend.Sessions), backend.Sessions.Total,
                backend.Place.Zone ?? "", address, backend.Source ?? "", Why(backend, now));
        }

        return table;
    }

    /// <summary>Its state, where the probes say something else with that beside it.</summary>
    public static Cell State(BackendJson backend)
    {
        bool isAdmins = backend.State is "drain" or "maint" or "removed" or "shifted";
        string text = isAdmins && backend.Health == "down" ? $"{backend.State}, down" : backend.State;
        Tone tone = backend.State switch
        {
            "up" => Tone.Good,
            "standby" or "subset" => Tone.Plain,
            "down" or "unresolved" or "agent_down" => Tone.Bad,
            _ => Tone.Warning,
        };
        return new Cell(text, tone);
    }

    /// <summary>Its share of new flows; a dash where the policy of its pool cannot know.</summary>
    public static string Share(BackendJson backend) =>
        backend.Share is { } share ? Quantities.Percent(share) : "-";

    /// <summary>Sessions, and its limit where it has one.</summary>
    public static Cell Open(BackendSessionsJson sessions) =>
        sessions.Limit == 0 ? sessions.Open
        : new Cell($"{sessions.Open}/{sessions.Limit}", sessions.Open < sessions.Limit ? Tone.Plain : Tone.Warning);

    /// <summary>Its weight, the file's where that is another, and the part of it that counts while it starts.</summary>
    public static string Weight(BackendJson backend)
    {
        List<string> beside = [];
        if (backend.Weight != backend.ConfiguredWeight) beside.Add($"file: {backend.ConfiguredWeight}");
        if (backend.WeightPercent < 100) beside.Add($"slow start: {backend.WeightPercent} %");
        string weight = Quantities.Count(backend.Weight);
        return beside.Count == 0 ? weight : $"{weight} ({string.Join(", ", beside)})";
    }

    /// <summary>Why it is not simply up: the drain under way, the ejection, what the last probe found.</summary>
    public static string Why(BackendJson backend, DateTimeOffset now)
    {
        List<string> why = [];
        if (Place(backend) is { } place) why.Add(place);
        if (backend.Drain is { } drain) why.Add(Progress(drain, now));
        if (backend.EjectedUntil is { } until && backend.State == "ejected")
        {
            TimeSpan left = Told.Time(until) - now;
            why.Add(left > TimeSpan.Zero
                ? $"connects failed; tried again in {Quantities.Duration(left)}"
                : "connects failed; waits for a good probe");
        }

        if (AgentOf(backend, now) is { } agent) why.Add(agent);
        if (backend.Agent is { Failure: { Length: > 0 } failure }) why.Add($"agent cannot be asked: {failure}");
        if (backend.LastProbe is { Ok: false } probe) why.Add($"{probe.Result}, {Since(probe.At, now)} ago");
        if (Expiring(backend, now) is { } expiring) why.Add(expiring);
        return string.Join("; ", why);
    }

    /// <summary>How long its certificate is still good, where it is time to think of the next one.</summary>
    private static string? Expiring(BackendJson backend, DateTimeOffset now)
    {
        const int WorthSaying = 30;
        if (backend.LastProbe?.CertificateExpires is not { } expires) return null;

        TimeSpan left = Told.Time(expires) - now;
        if (left.TotalDays >= WorthSaying) return null;

        return left > TimeSpan.Zero
            ? $"certificate expires in {Quantities.Duration(left)}"
            : $"certificate expired {Quantities.Duration(-left)} ago";
    }

    /// <summary>How many flows there still are.</summary>
    public static string Remaining(long flows) => flows switch
    {
        0 => "no flow remains",
        1 => "1 flow remains",
        _ => $"{Quantities.Count(flows)} flows remain",
    };

    /// <summary>How far a drain has come.</summary>
    public static string Progress(BackendDrainJson drain, DateTimeOffset now)
    {
        string text = Remaining(drain.Remaining);
        if (drain.Remaining == 0) return text;

        if (drain.OldestSeconds is { } oldest) text += $", the oldest has lived {Quantities.Duration(oldest)}";
        if (drain.Deadline is { } deadline) text += $", ended in {Quantities.Duration(Told.Time(deadline) - now)}";
        return text;
    }

    /// <summary>What the agent wants; nothing where all is as if there were none.</summary>
    private static string? AgentOf(BackendJson backend, DateTimeOffset now) => backend.Agent switch
    {
        null or { At: null } => null,
        { Down: false, State: "ready", WeightPercent: 100, Weight: null, MaxConnections: 0 } => null,
        { Down: true, Reason: { Length: > 0 } reason, At: { } at } => $"agent down: {reason}, {Since(at, now)} ago",
        { Text: var text, At: { } at } => $"agent says {text}, {Since(at, now)} ago",
    };

    /// <summary>Why it takes no flows although it could, or takes them although its probes fail.</summary>
    private static string? Place(BackendJson backend) => backend switch
    {
        { Place.Forced: true, Available: false } => "used whatever probes say",
        { State: "shifted" } => $"zone {backend.Place.Zone} is away",
        { State: "subset" } => "left to other balancers",
        { State: "standby", Place.Backup: true } => "backup",
        { State: "standby", Place.Priority: > 0 } => $"priority {backend.Place.Priority}",
        { State: "standby", Place.Zone: { } zone } => $"zone {zone}",
        _ => null,
    };

    private static string Since(string time, DateTimeOffset now) => Quantities.Duration(now - Told.Time(time));
}
