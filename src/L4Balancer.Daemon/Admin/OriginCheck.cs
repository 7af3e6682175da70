using Microsoft.AspNetCore.Http;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// Keeps web pages of others from changing anything by the browser of somebody who may (CSRF): a browser says where a
/// request was made.
/// </summary>
internal static class OriginCheck
{
    private static readonly string[] ForeignSites = ["cross-site", "same-site"];

    /// <summary>What is wrong with where a request comes from; null for nothing, also where it is no browser.</summary>
    public static string? Problem(HttpRequest request)
    {
        if (ForeignSites.Contains(request.Headers["Sec-Fetch-Site"].ToString(), StringComparer.OrdinalIgnoreCase))
        {
            return "a page of another site may not change anything here";
        }

        // "null" is what a sandboxed page or a file says.
        string origin = request.Headers.Origin.ToString();
        bool isOwn = origin.Length == 0
            || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) && page.Authority.Length > 0
                && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
        return isOwn
            ? null : $"a page of {Excerpt.Of(origin)} may not change anything here, only one of {request.Host}";
    }
}
