using System.Text;
using System.Text.RegularExpressions;

namespace L4Balancer.Daemon.Admin.Page;

/// <summary>
/// The text of the page at <c>/</c>: <c>page.html</c>, in which <c>{{name}}</c> stands for the file of that name. What
/// a browser gets is one file, and asks for no other.
/// </summary>
internal static partial class PageParts
{
    private const string Whole = "page.html";

    /// <summary>Puts every part into its place.</summary>
    public static string Assemble() => Place().Replace(Read(Whole), static place => Read(place.Groups[1].Value));

    private static string Read(string name)
    {
        using Stream part = typeof(PageParts).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} of the page is not in the program");
        using StreamReader reader = new(part, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\{\{([a-z]+\.(?:css|js))\}\}")]
    private static partial Regex Place();
}
