using System.Buffers;

namespace L4Balancer.Config;

/// <summary>
/// Names of services, pools and backends. They are labels of metrics and stand unquoted in log lines, so that their
/// characters are few; a backend's default name <c>[2001:db8::1]:80</c> is one.
/// </summary>
internal static class NameSyntax
{
    private const int LongestName = 261; // A host name of 253, a colon and a port fit.

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:[]%/@");

    /// <summary>What is wrong with a name, to be read after "the name"; null for a good one.</summary>
    public static string? Problem(string name) => name switch
    {
        "" => "must not be empty",
        { Length: > LongestName } => $"must not be longer than {LongestName} characters",
        _ when name.AsSpan().ContainsAnyExcept(Characters) =>
            $"\"{name}\" has characters other than letters, digits and - _ . : / @ % [ ]",
        _ => null,
    };
}
