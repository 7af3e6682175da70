using System.Globalization;
using L4Balancer.Daemon.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace L4Balancer.Daemon.Admin;

/// <summary>A request to a route, and what it says, checked.</summary>
internal sealed class AdminRequest(HttpContext http)
{
    /// <summary>The request as it came.</summary>
    public HttpContext Http => http;

    /// <summary>It came over the control socket.</summary>
    public bool HasFullControl => http.Features.Get<FullControl>() is not null;

    /// <summary>Cancelled when the client has gone.</summary>
    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>Refuses a query that has keys of another name, or one of them twice.</summary>
    /// <exception cref="AdminRefusal">It has.</exception>
    public void CheckQuery(IReadOnlyList<string> keys)
    {
        foreach ((string key, StringValues values) in http.Request.Query)
        {
            if (!keys.Contains(key))
            {
                string known = keys.Count == 0
                    ? $"{http.Request.Path} takes none" : $"there is {string.Join(", ", keys)}";
                throw new AdminRefusal(
                    StatusCodes.Status400BadRequest,
                    $"unknown query key '{Excerpt.Of(key)}'{NearestWord.Hint(key, [.. keys])}; {known}");
            }

            if (values.Count > 1) throw BadQuery(key, "is given twice");
        }
    }

    /// <summary>A value of the query; null where it is absent or empty.</summary>
    public string? Query(string key) => http.Request.Query[key] is [{ Length: > 0 } value] ? value : null;

    /// <summary>A number of the query.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="least">Least value.</param>
    /// <param name="most">Largest value.</param>
    /// <param name="otherwise">What it is where it is absent.</param>
    /// <exception cref="AdminRefusal">It is no number, or not in the range.</exception>
    public int QueryNumber(string key, int least, int most, int otherwise)
    {
        if (Query(key) is not { } text) return otherwise;

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            && number >= least && number <= most
                ? number
                : throw BadQuery(key, $"must be a whole number from {least} to {most}, not \"{Excerpt.Of(text)}\"");
    }

    /// <summary>One of some words of the query; the first of them where it is absent.</summary>
    /// <exception cref="AdminRefusal">It is another one.</exception>
    public string QueryWord(string key, params string[] words)
    {
        if (Query(key) is not { } text) return words[0];

        string hint = NearestWord.Hint(text, words);
        return words.Contains(text)
            ? text
            : throw BadQuery(key, $"must be {Listing.Or(words)}, not \"{Excerpt.Of(text)}\"{hint}");
    }

    /// <summary>A value of the query that must not be used, and why.</summary>
    public static AdminRefusal BadQuery(string key, string problem) =>
        new(StatusCodes.Status400BadRequest, $"query: {key} {problem}");
}
