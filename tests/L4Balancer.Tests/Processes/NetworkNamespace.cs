using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using NUnit.Framework;

namespace L4Balancer.Tests.Processes;

/// <summary>
/// A network of a test's own: addresses, routes, ports and the kernel's counters are nobody else's. Only root can have
/// one; otherwise the test is skipped.
/// </summary>
internal sealed partial class NetworkNamespace : IAsyncDisposable
{
    private const int NetworkKind = 0x4000_0000; // CLONE_NEWNET

    private static int _made;

    private readonly string _ip;
    private readonly string _name;

    private NetworkNamespace(string ip)
    {
        _ip = ip;
        _name = $"l4b-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}";
    }

    /// <summary>What comes before a command that is to run in it; the process becomes the command.</summary>
    public string[] By => [_ip, "netns", "exec", _name];

    /// <summary>Makes one in which loopback is up.</summary>
    public static async Task<NetworkNamespace> CreateAsync()
    {
        if (!Environment.IsPrivilegedProcess) Assert.Ignore("only root may make a network namespace");
        NetworkNamespace made = new(RealProgram.Find("ip"));
        await using (ChildProcess adding = ChildProcess.Start(made._ip, ["netns", "add", made._name]))
        {
            bool isAdded = await adding.ExitAsync() == 0;
            if (!isAdded) Assert.Ignore($"no network namespace here: {string.Join('\n', adding.Errors)}");
        }

        await made.IpAsync("link", "set", "lo", "up");
        return made;
    }

    /// <summary>Runs the program ip on it.</summary>
    public Task IpAsync(params string[] arguments) => ChildProcess.RunAsync(_ip, ["-n", _name, .. arguments]);

    /// <summary>
    /// Connects it with another one by a pair of interfaces of this name, with an MTU of 1500 and without addresses.
    /// </summary>
    public async Task LinkAsync(NetworkNamespace other, string link)
    {
        await IpAsync("link", "add", link, "type", "veth", "peer", "name", link, "netns", other._name);
        await IpAsync("link", "set", link, "up");
        await other.IpAsync("link", "set", link, "up");
    }

    /// <summary>Gives an interface an address, with the length of its prefix; it can be used at once.</summary>
    public Task AddAddressAsync(string link, string address)
    {
        string[] noDetection = address.Contains(':', StringComparison.Ordinal) ? ["nodad"] : [];
        return IpAsync(["address", "add", address, "dev", link, .. noDetection]);
    }

    /// <summary>Opens sockets in it: they stay there, whoever uses them.</summary>
    public T Open<T>(Func<T> open)
    {
        T? opened = default;
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                Enter(); // For the rest of this thread's life.
                opened = open();
            }
            catch (Exception exception) when (exception is SocketException or Win32Exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? opened! : throw new InvalidOperationException($"in namespace {_name}", failure);
    }

    public async ValueTask DisposeAsync() => await ChildProcess.RunAsync(_ip, "netns", "delete", _name);

    private void Enter()
    {
        using SafeFileHandle own = File.OpenHandle($"/run/netns/{_name}", share: FileShare.ReadWrite);
        if (SetNamespace((int)own.DangerousGetHandle(), NetworkKind) != 0) throw new Win32Exception();
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);
}
