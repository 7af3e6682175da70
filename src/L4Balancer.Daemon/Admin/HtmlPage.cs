using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using L4Balancer.Daemon.Admin.Page;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// The page at <c>/</c>. A browser is told to take the scripts and styles that stand in it, by their hashes, and to
/// talk to nobody else.
/// </summary>
internal sealed partial class HtmlPage : IAdminRoutes
{
    private readonly Lazy<Answer> _page = new(Load);

    /// <inheritdoc/>
    public IReadOnlyList<AdminRoute> Routes =>
        [AdminRoute.Get("/", _ => _page.Value) with { QueryKeys = null }];

    private static Answer Load()
    {
        string html = PageParts.Assemble();
        return Answer.Text(html, contentType: "text/html; charset=utf-8") with { ContentPolicy = PolicyOf(html) };
    }

    private static string PolicyOf(string html) =>
        $"default-src 'none'; script-src {Hashes(Scripts().Matches(html))}; "
        + $"style-src {Hashes(Styles().Matches(html))}; "
        + "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'";

    /// <summary>Of what stands between the tags; none where there is nothing.</summary>
    private static string Hashes(MatchCollection parts) => parts.Count == 0 ? "'none'" : string.Join(
        ' ', parts.Select(static match =>
            $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(match.Groups[1].Value)))}'"));

    [GeneratedRegex("<script[^>]*>(.*?)</script>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Scripts();

    [GeneratedRegex("<style[^>]*>(.*?)</style>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Styles();
}
