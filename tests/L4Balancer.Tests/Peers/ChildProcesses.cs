using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Net;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>What tests ask of the servers that they start.</summary>
internal static class ChildProcesses
{
    /// <summary>
    /// Waits until a server listens on an address, without a connection that it would log; fails with what it said
    /// where it ends instead.
    /// </summary>
    public static async Task ListensAsync(this ChildProcess child, IPEndPoint address)
    {
        await Eventually.TrueAsync(
            () => child.HasExited || Listeners().Contains(address), $"process {child.Id} listens on {address}");
        if (child.HasExited) Assert.Fail($"no server on {address}: {string.Join('\n', child.Errors)}");
    }

    private static IPEndPoint[] Listeners() => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();

    /// <summary>A connection to the address can be opened.</summary>
    public static bool Accepts(IPEndPoint address)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
