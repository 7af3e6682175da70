using System.Text;
using L4Balancer.Config;

namespace L4Balancer.Daemon.Configuration;

/// <summary>Paths of unix sockets, in the configuration and on the command line.</summary>
internal static class SocketPath
{
    /// <summary>Longest path in bytes: sun_path has 108, and the last is zero.</summary>
    public const int MostBytes = 107;

    /// <summary>What is wrong with a path, to be read after the key; null for a good one.</summary>
    public static string? Problem(string path)
    {
        if (!path.StartsWith('/'))
        {
            return $"must be an absolute path such as \"{AdminConfig.DefaultSocket}\", not \"{path}\"";
        }

        if (path.EndsWith('/')) return $"is a directory, \"{path}\"; name the socket in it";
        if (path.Contains('\0', StringComparison.Ordinal)) return "has a zero in its path";

        int bytes = Encoding.UTF8.GetByteCount(path);
        return bytes <= MostBytes ? null : $"has a path of {bytes} bytes; the kernel takes at most {MostBytes}";
    }
}
