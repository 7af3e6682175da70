namespace L4Balancer.Tests.Processes;

/// <summary>Where an nginx of a test keeps what it would keep in the system's folders.</summary>
internal static class NginxFiles
{
    /// <summary>Lines of its <c>http</c> block.</summary>
    public static string Of(TempFolder folder) => string.Concat(
        new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }
            .Select(what => $"{what}_temp_path {folder[what]}; "));
}
