using System.Text;
using L4Balancer.Config;
using L4Balancer.Interop;

namespace L4Balancer.Discovery;

/// <summary>
/// A file with backends, one in each line: an address as it stands in the configuration, or an object of JSON with the
/// keys of a backend. Blank lines and those that begin with # say nothing. It is whole or not used: every line ends,
/// also the last one, so that one that is just being written is seen to be that.
/// </summary>
/// <param name="Backends">What stands in it; none where something is wrong.</param>
/// <param name="Problem">
/// The first thing that is wrong, and where: <c>file:line:column: …</c>; null where nothing is.
/// </param>
internal sealed record BackendsFile(IReadOnlyList<BackendConfig> Backends, string? Problem)
{
    /// <summary>Largest file that is read.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private const byte Comment = (byte)'#';
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads a file. Whatever is wrong with it is in the result; nothing is thrown.</summary>
    public static BackendsFile Load(string path)
    {
        if (FileIdentity.IsEndless(path)) return new BackendsFile([], $"{path}: this is no file that has an end");

        try
        {
            // Not File.ReadAllBytes: it would read what grows as long as it grows.
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[(int)Math.Min(file.Length, MostBytes) + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > MostBytes
                ? new BackendsFile([], $"{path}: the file is larger than {MostBytes >> 20} MiB")
                : Parse(path, bytes.AsSpan(0, length));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return new BackendsFile([], $"{path}: {Explain(failure)}");
        }
    }

    /// <summary>Reads the bytes of a file.</summary>
    public static BackendsFile Parse(string path, ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble)) utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        if (utf8.IsEmpty)
        {
            return new BackendsFile([], $"{path}: the file is empty; one that is to have no backend has a line with #");
        }

        Dictionary<string, int> lines = [];
        List<BackendConfig> backends = [];
        for (int line = 1; !utf8.IsEmpty; line++)
        {
            int end = utf8.IndexOf((byte)'\n');
            if (end < 0) return Wrong(path, line, 1, "the last line has no end; it may be written still");

            ReadOnlySpan<byte> text = utf8[..end].TrimEnd((byte)'\r');
            utf8 = utf8[(end + 1)..];
            int indent = text.Length - text.TrimStart(" \t"u8).Length;
            text = text.Trim(" \t"u8);
            if (text.IsEmpty || text[0] == Comment) continue;

            (BackendConfig? backend, int column, string problem) = ReadLine(text);
            if (backend is null) return Wrong(path, line, indent + column, problem);
            if (!lines.TryAdd(backend.Name, line))
            {
                return Wrong(path, line, indent + 1, $"\"{backend.Name}\" is the name of the backend on line "
                    + $"{lines[backend.Name]} too; give one of them another \"name\"");
            }

            if (backends.Count == PoolConfig.MaxBackends)
            {
                return Wrong(path, line, 1, $"a pool holds at most {PoolConfig.MaxBackends} backends");
            }

            backends.Add(backend with { Source = path });
        }

        return new BackendsFile(backends, null);
    }

    private static BackendsFile Wrong(string path, int line, int column, string problem) =>
        new([], $"{path}:{line}:{column}: {problem}");

    private static (BackendConfig? Backend, int Column, string Problem) ReadLine(ReadOnlySpan<byte> text)
    {
        if (text[0] is (byte)'{' or (byte)'"') return BackendLine.Read(text);

        string address;
        try
        {
            address = Strict.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            return (null, 1, "the line is not UTF-8");
        }

        string? problem = AddressSyntax.ParseBackend(address, out string host, out ushort port);
        return problem is null
            ? (BackendLine.Backend(address, host, port), 1, "")
            : (null, 1, address is "[" or "]" or "}"
                ? "each backend is an address or an object on a line of its own; a list around them is not possible"
                : problem);
    }

    private static string Explain(Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => $"user {Environment.UserName} may not read it, or it is a directory",
        _ => $"it cannot be read: {failure.Message}",
    };
}
