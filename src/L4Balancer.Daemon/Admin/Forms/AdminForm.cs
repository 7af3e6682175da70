using System.Text.Json;
using System.Text.Json.Serialization;

namespace L4Balancer.Daemon.Admin.Forms;

/// <summary>Generated code that writes what the admin side answers: snake_case, null where there is nothing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorJson))]
[JsonSerializable(typeof(StatusJson))]
[JsonSerializable(typeof(IReadOnlyList<ServiceJson>))]
[JsonSerializable(typeof(IReadOnlyList<BackendJson>))]
[JsonSerializable(typeof(BackendJson))]
[JsonSerializable(typeof(IReadOnlyList<ZoneJson>))]
[JsonSerializable(typeof(ZoneShiftJson))]
[JsonSerializable(typeof(ConnectionsJson))]
[JsonSerializable(typeof(TopJson))]
[JsonSerializable(typeof(HistoryJson))]
[JsonSerializable(typeof(RingJson))]
[JsonSerializable(typeof(ConfigDiffJson))]
[JsonSerializable(typeof(ReloadJson))]
[JsonSerializable(typeof(DrainJson))]
[JsonSerializable(typeof(KilledJson))]
internal sealed partial class AdminForm : JsonSerializerContext;

/// <summary>Why something was refused or failed.</summary>
internal sealed record ErrorJson(string Error);

/// <summary>What a drain of the whole process has come to.</summary>
internal sealed record DrainJson(string Phase, int Connections);

/// <summary>How many connections were ended.</summary>
internal sealed record KilledJson(int Killed);

/// <summary>Values as they are written.</summary>
internal static class Written
{
    private const int SharePlaces = 6;

    /// <summary>A share, to six places.</summary>
    public static double Share(double share) => Math.Round(share, SharePlaces);

    /// <summary>Seconds, to the millisecond.</summary>
    public static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);

    /// <summary>A word of an enumeration: <c>HalfClosed</c> is <c>half_closed</c>.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
