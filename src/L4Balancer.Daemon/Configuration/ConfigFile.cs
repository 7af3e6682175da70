using System.Text;
using L4Balancer.Config;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>A configuration file that has been read.</summary>
/// <param name="Path">As the operator named it.</param>
/// <param name="Text">What stands in it, empty where it could not be read.</param>
/// <param name="Config">The configuration; null where there are errors.</param>
/// <param name="Problems">What is wrong, in the order of the file.</param>
internal sealed record ConfigFile(
    string Path, SourceText Text, BalancerConfig? Config, IReadOnlyList<ConfigProblem> Problems)
{
    /// <summary>Its <c>[admin]</c> table, also where something else is wrong; null where it is not TOML.</summary>
    public AdminConfig? Admin { get; private init; }

    /// <summary>Where the file is when the command line does not say.</summary>
    public const string DefaultPath = "/etc/l4balancer/l4balancer.toml";

    /// <summary>Largest file that is read. Tens of thousands of backends fit.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private const string TooLarge = "the file is larger than 16 MiB; is it the right one?";
    private const char ByteOrderMark = '\uFEFF';

    /// <summary>
    /// Reads a file. Whatever is wrong with it, from its absence to a value, is in the result; nothing is thrown.
    /// </summary>
    public static ConfigFile Load(string path)
    {
        try
        {
            return Parse(path, ReadBytes(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException
            or ArgumentException or NotSupportedException)
        {
            ProblemList problems = new();
            problems.Error(null, Explain(path, failure));
            return new ConfigFile(path, new SourceText(""), null, problems.Sorted());
        }
    }

    /// <summary>Reads the bytes of a file.</summary>
    public static ConfigFile Parse(string path, ReadOnlySpan<byte> utf8)
    {
        ProblemList problems = new();
        SourceText text = new(Encoding.UTF8.GetString(utf8).TrimStart(ByteOrderMark));
        BalancerConfig? config = null;
        try
        {
            string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "/";
            config = ConfigBinder.Bind(TomlReader.Read(utf8), folder, problems);
        }
        catch (TomlException failure)
        {
            problems.Error(failure.Position, failure.Message);
        }

        return new ConfigFile(path, text, problems.HasErrors ? null : config, problems.Sorted())
        {
            Admin = config?.Admin,
        };
    }

    /// <summary>Reads to the end rather than by length, so that a pipe works too.</summary>
    private static ReadOnlySpan<byte> ReadBytes(string path)
    {
        if (Directory.Exists(path)) throw new InvalidDataException("this is a directory; name the file in it");

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        byte[] buffer = new byte[64 * 1024];
        int length = 0;
        for (int read = 1; read > 0; length += read)
        {
            if (length > MostBytes) throw new InvalidDataException(TooLarge);
            if (length == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
            read = file.Read(buffer, length, buffer.Length - length);
        }

        return buffer.AsSpan(0, length);
    }

    private static string Explain(string path, Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException =>
            "there is no such file; 'l4balancer config example' prints one to begin with",
        UnauthorizedAccessException =>
            $"user {Environment.UserName} may not read the file; 'ls -l {path}' shows who may",
        InvalidDataException => failure.Message,
        _ => $"the file cannot be read: {failure.Message}",
    };
}
