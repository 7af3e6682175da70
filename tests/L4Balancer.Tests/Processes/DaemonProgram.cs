using System.Runtime.InteropServices;

namespace L4Balancer.Tests.Processes;

/// <summary>The program <c>l4balancer</c> of the same build as these tests.</summary>
internal static class DaemonProgram
{
    /// <summary>Its full path.</summary>
    public static string FullPath { get; } = Find();

    /// <summary>The runtime that this process runs on, as the program wants to be told of it.</summary>
    public static (string Name, string Value) Runtime { get; } =
        ("DOTNET_ROOT", Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")));

    private static string Find()
    {
        // …/tests/L4Balancer.Tests/bin/CONFIGURATION/FRAMEWORK/
        DirectoryInfo framework = new(AppContext.BaseDirectory.TrimEnd('/'));
        DirectoryInfo configuration = framework.Parent!;
        string root = configuration.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, "src/L4Balancer.Daemon/bin", configuration.Name, framework.Name, "l4balancer");
    }
}
