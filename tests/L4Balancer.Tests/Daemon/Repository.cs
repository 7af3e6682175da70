using System.Runtime.CompilerServices;

namespace L4Balancer.Tests.Daemon;

/// <summary>The files that tests read from the repository itself.</summary>
internal static class Repository
{
    /// <summary>The full path of a file named from the repository's root.</summary>
    public static string PathOf(string file, [CallerFilePath] string here = "") =>
        Path.Combine(Root(new FileInfo(here).Directory!), file);

    private static string Root(DirectoryInfo directory) =>
        File.Exists(Path.Combine(directory.FullName, "L4Balancer.sln"))
            ? directory.FullName
            : Root(directory.Parent ?? throw new DirectoryNotFoundException("the repository's root"));
}
