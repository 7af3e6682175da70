using System.Net.Sockets;
using L4Balancer.Tests.Daemon;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Asks a running daemon by the command line, as its operator does.</summary>
internal static class CommandLinePeer
{
    /// <summary>Runs a command to its end.</summary>
    public static Task<(int ExitCode, string Output, string Errors)> AskAsync(
        this DaemonProcess daemon, params string[] arguments) =>
        DaemonCommand.RunAsync([.. arguments, "--socket", daemon.ControlPath]);

    /// <summary>Begins a command that goes on.</summary>
    public static DaemonCommand Ask(this DaemonProcess daemon, params string[] arguments) =>
        DaemonCommand.Start([.. arguments, "--socket", daemon.ControlPath]);

    /// <summary>A client's connection that a backend which echoes has answered.</summary>
    public static async Task<Socket> OpenAsync(this DaemonProcess daemon)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(daemon.Address);
        await client.SendTextAsync("hello");
        await client.ReceiveTextAsync("hello".Length);
        return client;
    }

    /// <summary>Runs a script by a shell that finds the program in its path.</summary>
    /// <returns>What the script wrote; the test fails where it failed.</returns>
    public static async Task<string> ShellAsync(string shell, params string[] arguments)
    {
        string path = $"{Path.GetDirectoryName(DaemonProgram.FullPath)}:{Environment.GetEnvironmentVariable("PATH")}";
        await using ChildProcess child =
            ChildProcess.Start(RealProgram.Find(shell), arguments, DaemonProgram.Runtime, ("PATH", path));
        int code = await child.ExitAsync();
        string errors = string.Join('\n', child.Errors);
        Assert.That((code, errors), Is.EqualTo((0, "")));
        return string.Join('\n', child.Output);
    }
}
