using System.Text.Json.Serialization;
using L4Balancer.Daemon.Configuration;

namespace L4Balancer.Daemon.Client;

/// <summary><c>GET /connections</c>.</summary>
internal sealed record ConnectionsJson(long Total, IReadOnlyList<ConnectionJson> Connections);

/// <summary>A live flow.</summary>
internal sealed record ConnectionJson
{
    /// <summary>Its name.</summary>
    public string Id { get; init; } = "";

    /// <summary>The service's name.</summary>
    public string Service { get; init; } = "";

    /// <summary>The name of the backend's pool.</summary>
    public string Pool { get; init; } = "";

    /// <summary>Address and port.</summary>
    public string Client { get; init; } = "";

    /// <summary>The backend's name; null while none is tried.</summary>
    public string? Backend { get; init; }

    /// <summary>dialling, open or half_closed.</summary>
    public string Phase { get; init; } = "";

    /// <summary>Since it began.</summary>
    public double AgeSeconds { get; init; }

    /// <summary>Since the last byte.</summary>
    public double IdleSeconds { get; init; }

    /// <summary>Bytes from the client.</summary>
    public long ClientBytes { get; init; }

    /// <summary>Bytes from the server.</summary>
    public long ServerBytes { get; init; }
}

/// <summary><c>GET /top</c>.</summary>
internal sealed record TopJson(IReadOnlyList<UserJson> Clients, IReadOnlyList<UserJson> Prefixes);

/// <summary>A client, or a network of them, and what it uses.</summary>
internal sealed record UserJson
{
    /// <summary>The address of a client.</summary>
    public string? Client { get; init; }

    /// <summary>The network of several.</summary>
    public string? Prefix { get; init; }

    /// <summary>Open now.</summary>
    public long Connections { get; init; }

    /// <summary>Of those open now, both ways.</summary>
    public long Bytes { get; init; }

    /// <summary>Lately.</summary>
    public double BytesPerSecond { get; init; }
}

/// <summary>One event of <c>GET /events</c>, or instead how many the daemon no longer has.</summary>
internal sealed record EventJson(DateTimeOffset Time, string? Level, string? Event, string? Message, long? Missed);

/// <summary><c>GET /config/diff</c>.</summary>
internal sealed record DiffJson
{
    /// <summary>The file that was read.</summary>
    public string? File { get; init; }

    /// <summary>What a reload would change.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>What only the next start would change.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What was set at run time.</summary>
    public IReadOnlyList<string> Runtime { get; init; } = [];

    /// <summary>What is wrong with the file.</summary>
    public IReadOnlyList<ProblemJson> Problems { get; init; } = [];
}

/// <summary>What a reload came to.</summary>
internal sealed record ReloadJson
{
    /// <summary>It is in force.</summary>
    public bool Ok { get; init; }

    /// <summary>Why not.</summary>
    public string? Error { get; init; }

    /// <summary>What it changed.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>What only the next start will change.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What is wrong with the file.</summary>
    public IReadOnlyList<ProblemJson> Problems { get; init; } = [];
}

/// <summary>How many flows were ended.</summary>
internal sealed record KilledJson(long Killed);

/// <summary>What the drain of the daemon has begun with.</summary>
internal sealed record DrainingJson(string Phase, long Connections);

/// <summary>Why the daemon does not do it.</summary>
internal sealed record RefusalJson(string? Error);

/// <summary>Asks for a drain of the daemon.</summary>
internal sealed record DrainRequest(double? NoticeSeconds);

/// <summary>Asks for another admin state of a backend.</summary>
internal sealed record BackendRequest(string Backend, double? DeadlineSeconds = null);

/// <summary>Asks for another weight; null is the configured one.</summary>
internal sealed record WeightRequest(string Backend, int? Weight);

/// <summary>Asks for the end of flows: of one, or of all that match.</summary>
internal sealed record KillRequest(string? Id, string? Service, string? Client, string? Backend);

/// <summary>Whether the daemon takes clients, with the names that <c>/status.json</c> has for it.</summary>
internal sealed record ReadyJson(bool Ready, string? NotReadyBecause);

/// <summary>Generated code that reads what the daemon answers and writes what it is asked.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(StatusJson))]
[JsonSerializable(typeof(ServiceJson[]))]
[JsonSerializable(typeof(BackendJson[]))]
[JsonSerializable(typeof(ConnectionsJson))]
[JsonSerializable(typeof(TopJson))]
[JsonSerializable(typeof(EventJson))]
[JsonSerializable(typeof(DiffJson))]
[JsonSerializable(typeof(ReloadJson))]
[JsonSerializable(typeof(KilledJson))]
[JsonSerializable(typeof(DrainingJson))]
[JsonSerializable(typeof(RefusalJson))]
[JsonSerializable(typeof(DrainRequest))]
[JsonSerializable(typeof(BackendRequest))]
[JsonSerializable(typeof(WeightRequest))]
[JsonSerializable(typeof(KillRequest))]
[JsonSerializable(typeof(ReadyJson))]
internal sealed partial class AnswersJson : JsonSerializerContext;
