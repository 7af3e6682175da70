using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using L4Balancer.Daemon.Commands;

namespace L4Balancer.Daemon.Client;

/// <summary>What the daemon answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The text: JSON, but for a few pages.</param>
internal sealed record AdminAnswer(HttpStatusCode Status, string Body)
{
    /// <summary>The daemon did what it was asked.</summary>
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>This answer; a refusal becomes the failure of the command.</summary>
    public AdminAnswer OrRefused() => IsSuccess ? this : throw new CommandFailure(ExitCodes.Refused, Refusal());

    /// <summary>The body as JSON. Fails the command where it is none.</summary>
    public T Read<T>(JsonTypeInfo<T> form)
    {
        try
        {
            return JsonSerializer.Deserialize(Body, form) ?? throw new JsonException("null");
        }
        catch (JsonException failure)
        {
            throw new CommandFailure(
                ExitCodes.Unreachable,
                $"the answer is not what l4balancer answers ({failure.Message}); is this its admin socket?");
        }
    }

    private string Refusal()
    {
        try
        {
            if (JsonSerializer.Deserialize(Body, AnswersJson.Default.ErrorJson)?.Error is { Length: > 0 } error)
            {
                return error;
            }
        }
        catch (JsonException)
        {
            // The daemon always says why; what does not is something else, and its words are shown as they are.
            return $"refused with HTTP status {(int)Status}: {Body.Trim()}";
        }

        return $"refused with HTTP status {(int)Status}";
    }
}
