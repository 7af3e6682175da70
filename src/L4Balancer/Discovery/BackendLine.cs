using System.Text.Json;
using L4Balancer.Config;

namespace L4Balancer.Discovery;

/// <summary>Reads a backend that is written as JSON: an object, or a string with its address.</summary>
internal static class BackendLine
{
    private const int GreatestWeight = 256;
    private static readonly string[] Keys =
        ["address", "name", "weight", "max_connections", "priority", "backup", "zone"];

    /// <summary>A backend with everything at its default.</summary>
    public static BackendConfig Backend(string address, string host, ushort port) =>
        new() { Name = port == 0 ? host : address, Host = host, Port = port };

    /// <summary>Reads it.</summary>
    /// <returns>The backend; or null, and where in the line something is wrong, from 1, and what.</returns>
    public static (BackendConfig? Backend, int Column, string Problem) Read(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        try
        {
            BackendConfig? backend = null;
            reader.Read();
            string? problem = reader.TokenType == JsonTokenType.String
                ? ReadAddress(ref reader, ref backend)
                : ReadObject(ref reader, ref backend);
            int column = (int)reader.TokenStartIndex + 1;
            if (problem is null && reader.Read()) problem = "the line goes on after the backend";
            return problem is null ? (backend, 1, "") : (null, column, problem);
        }
        catch (JsonException wrong)
        {
            int column = (int)(wrong.BytePositionInLine ?? 0) + 1;
            return column > json.Length
                ? (null, column, "the line ends within the object; each object stands on one line")
                : (null, column, "this is not JSON");
        }
        catch (InvalidOperationException)
        {
            return (null, 1, "the line has a string that is no text");
        }
    }

    private static string? ReadAddress(ref Utf8JsonReader reader, ref BackendConfig? backend)
    {
        string address = reader.GetString()!;
        if (AddressSyntax.ParseBackend(address, out string host, out ushort port) is { } problem) return problem;

        BackendConfig read = Backend(address, host, port);
        backend = backend is null
            ? read
            : backend with { Name = backend.Name.Length > 0 ? backend.Name : read.Name, Host = host, Port = port };
        return null;
    }

    private static string? ReadObject(ref Utf8JsonReader reader, ref BackendConfig? backend)
    {
        BackendConfig? read = new() { Name = "", Host = "", Port = 0 };
        HashSet<string> seen = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            if (!seen.Add(key)) return $"\"{key}\" stands here twice";

            reader.Read();
            if (ReadValue(ref reader, key, ref read) is { } problem) return problem;
        }

        if (!seen.Contains("address")) return "the object has no \"address\": \"host:port\"";
        if (read!.IsSrv && (seen.Contains("weight") || seen.Contains("priority")))
        {
            return "SRV records say weight and priority of each of their servers themselves; remove them";
        }

        if (read is { Backup: true, Priority: > 0 }) return "a backup comes after all priorities; remove one of both";

        backend = read;
        return null;
    }

    private static string? ReadValue(ref Utf8JsonReader reader, string key, ref BackendConfig? backend)
    {
        switch (key)
        {
            case "address" when reader.TokenType == JsonTokenType.String:
                return ReadAddress(ref reader, ref backend);
            case "name" when reader.TokenType == JsonTokenType.String:
                backend = backend! with { Name = reader.GetString()! };
                return NameSyntax.Problem(backend.Name) is { } problem ? $"the name {problem}" : null;
            case "address" or "name":
                return $"\"{key}\" must be a string";
            case "weight" when IsNumber(ref reader, GreatestWeight, out int weight):
                backend = backend! with { Weight = weight };
                return null;
            case "weight":
                return $"\"weight\" must be a whole number from 0 to {GreatestWeight}";
            case "max_connections" when IsNumber(ref reader, int.MaxValue, out int most):
                backend = backend! with { MaxConnections = most };
                return null;
            case "max_connections":
                return $"\"max_connections\" must be a whole number from 0 to {int.MaxValue}";
            case "priority" when IsNumber(ref reader, BackendConfig.MostPriority, out int priority):
                backend = backend! with { Priority = priority };
                return null;
            case "priority":
                return $"\"priority\" must be a whole number from 0 to {BackendConfig.MostPriority}";
            case "backup" when reader.TokenType is JsonTokenType.True or JsonTokenType.False:
                backend = backend! with { Backup = reader.GetBoolean() };
                return null;
            case "backup":
                return "\"backup\" must be true or false";
            case "zone" when reader.TokenType == JsonTokenType.String:
                backend = backend! with { Zone = reader.GetString()! };
                string? wrong = backend.Zone.Length > 0 ? NameSyntax.Problem(backend.Zone) : null;
                return wrong is null ? null : $"the zone {wrong}";
            case "zone":
                return "\"zone\" must be a string";
            default:
                return $"unknown key \"{key}\"; known here: {string.Join(", ", Keys)}";
        }
    }

    private static bool IsNumber(ref Utf8JsonReader reader, int most, out int number)
    {
        number = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out number)
            && number >= 0 && number <= most;
    }
}
