using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using L4Balancer.Daemon.Admin.Page;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// The page at <c>/</c>: one file that is part of the program. A browser is told to run the script and to apply the
/// style that stand in it, by their hashes, to make no text into elements, and to talk to nobody else.
/// </summary>
internal sealed partial class HtmlPage : IAdminRoutes
{
    private readonly Answer _page = Load();

    /// <inheritdoc/>
    public IReadOnlyList<AdminRoute> Routes => [AdminRoute.Get("/", _ => _page) with { QueryKeys = null }];

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

    private static string Hashes(MatchCollection parts) => string.Join(' ', parts.Select(static part =>
        $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(part.Groups[1].Value)))}'"));

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Scripts();

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex Styles();
}
