using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;

namespace L4Balancer.Daemon.Commands;

/// <summary><c>l4balancer version</c>: what is running here, for a bug report.</summary>
internal static class VersionCommand
{
    /// <summary>The version with the commit it was built from.</summary>
    public static string Version { get; } = typeof(VersionCommand).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command = new("version", "Print the version");
        command.SetAction(_ => Console.Out.WriteLine(
            $"{CommandLine.ProgramName} {Version} "
            + $"({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})"));
        return command;
    }
}
