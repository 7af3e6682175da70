using System.Text.Json;
using System.Text.Unicode;
using L4Balancer.Daemon.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// The body of a request: nothing, or one JSON object of known members. What is wrong with it is said by its name.
/// </summary>
internal sealed class RequestBody
{
    /// <summary>Largest body that is read.</summary>
    public const int MostBytes = 64 * 1024;

    private const int Depth = 8; // Of what is refused anyway; so that the reader's own bound is never met.

    private readonly Dictionary<string, JsonElement> _members;

    private RequestBody(Dictionary<string, JsonElement> members) => _members = members;

    /// <summary>Reads a body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="members">The members that it may have.</param>
    /// <exception cref="AdminRefusal">It is not JSON, not an object, or has other members.</exception>
    public static async Task<RequestBody> ReadAsync(AdminRequest request, params string[] members)
    {
        byte[] bytes = await BytesAsync(request);
        if (bytes.Length == 0) return new RequestBody([]);
        if (!Utf8.IsValid(bytes)) throw Bad("the body is not UTF-8");

        try
        {
            using JsonDocument document = JsonDocument.Parse(
                bytes, new JsonDocumentOptions { MaxDepth = Depth, AllowDuplicateProperties = false });
            return new RequestBody(Members(document.RootElement, members));
        }
        catch (JsonException failure)
        {
            string place = failure is { LineNumber: { } line, BytePositionInLine: { } column }
                ? $" at line {line + 1}, byte {column + 1}" : "";
            throw Bad($"the body is not a JSON object as it should be{place}");
        }
        catch (InvalidOperationException)
        {
            throw Bad("the body has a text that is not Unicode: half of a surrogate pair");
        }
    }

    /// <summary>True where a member is there, be it null.</summary>
    public bool Has(string name) => _members.ContainsKey(name);

    /// <summary>A text; null where it is absent or null.</summary>
    /// <exception cref="AdminRefusal">It is no text, or an empty one.</exception>
    public string? Text(string name)
    {
        if (Member(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.String) throw Bad($"{name} must be a text, not {Shown(value)}");

        return value.GetString() is { Length: > 0 } text ? text : throw Bad($"{name} must not be empty");
    }

    /// <summary>A text that must be there.</summary>
    /// <exception cref="AdminRefusal">It is not.</exception>
    public string RequiredText(string name) =>
        Text(name) ?? throw Bad($"{name} is missing; the body must have it, as in {{\"{name}\": \"...\"}}");

    /// <summary>A number; null where it is absent or null.</summary>
    /// <exception cref="AdminRefusal">It is no number, or not in the range.</exception>
    public double? Number(string name, double least, double most)
    {
        if (Member(name) is not { } value) return null;

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
            && number >= least && number <= most
                ? number
                : throw Bad($"{name} must be a number from {least} to {most}, not {Shown(value)}");
    }

    /// <summary>A whole number; null where it is absent or null.</summary>
    /// <exception cref="AdminRefusal">It is no whole number, or not in the range.</exception>
    public int? WholeNumber(string name, int least, int most)
    {
        if (Member(name) is not { } value) return null;

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            && number >= least && number <= most
                ? number
                : throw Bad($"{name} must be a whole number from {least} to {most}, not {Shown(value)}");
    }

    /// <summary>True or false; false where it is absent or null.</summary>
    /// <exception cref="AdminRefusal">It is neither.</exception>
    public bool Flag(string name) => Member(name) is not { } value ? false : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Bad($"{name} must be true or false, not {Shown(value)}"),
    };

    /// <summary>A body that must not be used, and why.</summary>
    public static AdminRefusal Bad(string problem) => new(StatusCodes.Status400BadRequest, problem);

    private JsonElement? Member(string name) =>
        _members.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static Dictionary<string, JsonElement> Members(JsonElement body, string[] known)
    {
        if (body.ValueKind != JsonValueKind.Object) throw Bad($"the body must be a JSON object, not {Shown(body)}");

        Dictionary<string, JsonElement> members = [];
        foreach (JsonProperty member in body.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                string possible = known.Length == 0 ? "the body takes none" : $"there is {string.Join(", ", known)}";
                string hint = NearestWord.Hint(member.Name, known);
                throw Bad($"unknown member '{Excerpt.Of(member.Name)}'{hint}; {possible}");
            }

            // Read here, where a text that cannot be is refused.
            if (member.Value.ValueKind == JsonValueKind.String) _ = member.Value.GetString();
            members[member.Name] = member.Value.Clone();
        }

        return members;
    }

    /// <summary>The bytes; none where the request has no body.</summary>
    private static async Task<byte[]> BytesAsync(AdminRequest request)
    {
        HttpRequest http = request.Http.Request;
        if (request.Http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }) return [];
        if (http.ContentLength > MostBytes) throw TooLarge();

        // Kestrel ends a chunked body at the same bound.
        using MemoryStream bytes = new();
        await http.Body.CopyToAsync(bytes, request.Aborted);
        if (bytes.Length > 0 && !IsJson(http.ContentType))
        {
            throw new AdminRefusal(
                StatusCodes.Status415UnsupportedMediaType,
                $"a body must have the content type application/json, not \"{Excerpt.Of(http.ContentType ?? "")}\"");
        }

        return bytes.ToArray();
    }

    /// <summary>The refusal of a body above <see cref="MostBytes"/>.</summary>
    public static AdminRefusal TooLarge() => new(
        StatusCodes.Status413PayloadTooLarge, $"the body is larger than {MostBytes / 1024} KiB, which is the limit");

    private static bool IsJson(string? contentType) => contentType?.Split(';')[0].Trim()
        .Equals("application/json", StringComparison.OrdinalIgnoreCase) ?? false;

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => $"\"{Excerpt.Of(value.GetString()!)}\"",
        _ => Excerpt.Of(value.GetRawText()),
    };
}
