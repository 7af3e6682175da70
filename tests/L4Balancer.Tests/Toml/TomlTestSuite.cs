using System.Runtime.CompilerServices;

namespace L4Balancer.Tests.Toml;

/// <summary>
/// Finds the official toml-test suite (github.com/toml-lang/toml-test): the folder that holds its <c>tests</c>, named
/// by the environment variable TOML_TEST_DIR, or else <c>../shared/toml-test</c> beside the repository.
/// </summary>
internal static class TomlTestSuite
{
    internal const string Variable = "TOML_TEST_DIR";

    /// <summary>The suite's folder <c>tests</c>, or null where the suite is not there.</summary>
    internal static string? Folder { get; } = Find();

    /// <summary>What TOML 1.0.0 allows, as paths inside <see cref="Folder"/>. Empty without a suite.</summary>
    internal static IReadOnlyList<string> ValidFiles { get; } = List("valid/");

    /// <summary>What TOML 1.0.0 forbids, as paths inside <see cref="Folder"/>. Empty without a suite.</summary>
    internal static IReadOnlyList<string> InvalidFiles { get; } = List("invalid/");

    internal static byte[] ReadBytes(string file) => File.ReadAllBytes(Path.Combine(Folder!, file));

    private static string? Find()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        string? root = named ?? (RepositoryRoot() is { } here ? Path.Combine(here, "..", "shared", "toml-test") : null);
        if (root is null) return null;

        string folder = Path.GetFullPath(Path.Combine(root, "tests"));
        return File.Exists(Path.Combine(folder, "files-toml-1.0.0")) ? folder : null;
    }

    private static string? RepositoryRoot([CallerFilePath] string source = "")
    {
        for (DirectoryInfo? folder = new(Path.GetDirectoryName(source)!); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "L4Balancer.sln"))) return folder.FullName;
        }

        return null;
    }

    private static string[] List(string start) => Folder is null
        ? []
        : [.. File.ReadLines(Path.Combine(Folder, "files-toml-1.0.0"))
            .Where(file => file.StartsWith(start, StringComparison.Ordinal))
            .Where(file => file.EndsWith(".toml", StringComparison.Ordinal))];
}
