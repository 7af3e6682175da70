using System.Globalization;
using L4Balancer.Daemon.Admin.Forms;

namespace L4Balancer.Daemon.Client;

/// <summary>Values as commands want them, of what the daemon tells.</summary>
internal static class Told
{
    /// <summary>A time that the daemon wrote.</summary>
    public static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>Pool and name, as commands take it.</summary>
    public static string FullName(BackendJson backend) => $"{backend.Pool}/{backend.Name}";
}
