using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// The page at <c>/</c>: one file that is part of the program. A browser is told to run the scripts that stand in it,
/// by their hashes, and to talk to nobody else.
/// </summary>
internal sealed partial class HtmlPage : IAdminRoutes
{
    private const string ResourceName = "page.html";

    private readonly Answer? _page = Load();

    /// <inheritdoc/>
    public IReadOnlyList<AdminRoute> Routes =>
        _page is { } page ? [AdminRoute.Get("/", _ => page) with { QueryKeys = null }] : [];

    private static Answer? Load()
    {
        using Stream? resource = typeof(HtmlPage).Assembly.GetManifestResourceStream(ResourceName);
        if (resource is null) return null;

        using StreamReader reader = new(resource, Encoding.UTF8);
        string html = reader.ReadToEnd();
        return Answer.Text(html, contentType: "text/html; charset=utf-8") with { ContentPolicy = PolicyOf(html) };
    }

    private static string PolicyOf(string html)
    {
        IEnumerable<string> scripts = Scripts().Matches(html).Select(static match =>
            $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(match.Groups[1].Value)))}'");
        return $"default-src 'none'; script-src {string.Join(' ', scripts)}; style-src 'unsafe-inline'; "
            + "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    [GeneratedRegex("<script[^>]*>(.*?)</script>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Scripts();
}
