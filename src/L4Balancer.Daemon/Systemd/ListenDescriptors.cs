using System.Globalization;
using L4Balancer.Shards;

namespace L4Balancer.Daemon.Systemd;

/// <summary>
/// The descriptors that systemd passes at start, by the protocol of sd_listen_fds(3): sockets of a socket unit, and
/// those that it has kept for the service while that was restarted.
/// </summary>
internal static class ListenDescriptors
{
    private const int First = 3; // SD_LISTEN_FDS_START
    private const int Most = 65_536;
    private const string Unnamed = "unknown";

    private static readonly string[] Variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];

    /// <summary>
    /// What the environment says, which is forgotten: neither a second call nor a child may take them for its own.
    /// </summary>
    public static IReadOnlyList<GivenDescriptor> Take()
    {
        string?[] values = [.. Variables.Select(Environment.GetEnvironmentVariable)];
        foreach (string variable in Variables) Environment.SetEnvironmentVariable(variable, null);
        return Read(values[0], values[1], values[2], Environment.ProcessId);
    }

    /// <summary>What the variables say.</summary>
    /// <param name="forProcess">The value of <c>LISTEN_PID</c>: the process that is meant.</param>
    /// <param name="count">The value of <c>LISTEN_FDS</c>: how many descriptors there are, from 3 on.</param>
    /// <param name="names">The value of <c>LISTEN_FDNAMES</c>: a name each, with colons between.</param>
    /// <param name="process">This process.</param>
    public static IReadOnlyList<GivenDescriptor> Read(string? forProcess, string? count, string? names, int process)
    {
        if (forProcess != process.ToString(CultureInfo.InvariantCulture)) return [];
        bool isNumber = int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int given);
        if (!isNumber || given > Most) return [];

        string[] each = (names ?? "").Split(':');
        return
        [
            .. Enumerable.Range(0, given).Select(i => new GivenDescriptor(
                each.Length == given && each[i].Length > 0 ? each[i] : Unnamed, First + i)),
        ];
    }
}
