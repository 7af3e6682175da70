using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace L4Balancer.Daemon.Configuration;

/// <summary>Whether the files that probes will need are there. What is wrong is to be read after the key.</summary>
internal static class ProbeFiles
{
    private const UnixFileMode Executable =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>What is wrong with a file of authorities; null where nothing is.</summary>
    public static string? AuthoritiesProblem(string path)
    {
        if (FileProblem(path) is { } problem) return problem;

        try
        {
            X509Certificate2Collection authorities = [];
            authorities.ImportFromPemFile(path);
            int count = authorities.Count;
            foreach (X509Certificate2 authority in authorities) authority.Dispose();
            return count > 0 ? null : $"names a file without a certificate in PEM: {path}";
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {failure.Message}";
        }
    }

    /// <summary>What is wrong with a program; null where nothing is.</summary>
    public static string? ProgramProblem(string path)
    {
        if (FileProblem(path) is { } problem) return problem;

        return (File.GetUnixFileMode(path) & Executable) == 0
            ? $"names a file that is not executable: {path}; chmod +x makes it so"
            : null;
    }

    private static string? FileProblem(string path) =>
        !Path.IsPathFullyQualified(path) ? $"needs a full path, from the first slash on, not \"{path}\""
        : Directory.Exists(path) ? $"names a directory: {path}"
        : !File.Exists(path) ? $"names a file that there is not, or that may not be seen: {path}"
        : null;
}
