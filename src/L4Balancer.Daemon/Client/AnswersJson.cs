using System.Text.Json.Serialization;
using L4Balancer.Daemon.Admin.Forms;

namespace L4Balancer.Daemon.Client;

/// <summary>
/// Generated code that reads what the daemon answers, into the very records that it writes, and writes what it is
/// asked.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StatusJson))]
[JsonSerializable(typeof(ServiceJson[]))]
[JsonSerializable(typeof(BackendJson[]))]
[JsonSerializable(typeof(ZoneJson[]))]
[JsonSerializable(typeof(ZoneShiftJson))]
[JsonSerializable(typeof(ZoneRequest))]
[JsonSerializable(typeof(ConnectionsJson))]
[JsonSerializable(typeof(TopJson))]
[JsonSerializable(typeof(EventJson))]
[JsonSerializable(typeof(ConfigDiffJson))]
[JsonSerializable(typeof(ReloadJson))]
[JsonSerializable(typeof(KilledJson))]
[JsonSerializable(typeof(DrainJson))]
[JsonSerializable(typeof(ErrorJson))]
[JsonSerializable(typeof(ReadyJson))]
[JsonSerializable(typeof(DrainRequest))]
[JsonSerializable(typeof(BackendRequest))]
[JsonSerializable(typeof(WeightRequest))]
[JsonSerializable(typeof(KillRequest))]
internal sealed partial class AnswersJson : JsonSerializerContext;

/// <summary>One event, or instead how many the daemon no longer has.</summary>
internal sealed record EventJson(string? Time, string? Level, string? Event, string? Message, long? Missed);

/// <summary>Whether the daemon takes clients, with the names that <c>/status.json</c> has for it.</summary>
internal sealed record ReadyJson(bool Ready, string? NotReadyBecause);
