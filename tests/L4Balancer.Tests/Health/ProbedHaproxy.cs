using System.Net;
using L4Balancer.Tests.Peers;
using L4Balancer.Tests.Processes;

namespace L4Balancer.Tests.Health;

/// <summary>HAProxy with a page of its own at <c>/alive</c>, and no server behind everything else.</summary>
internal static class ProbedHaproxy
{
    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="folder">Takes its configuration.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="how">What stands behind the address in its <c>bind</c>.</param>
    public static async Task<ChildProcess> StartAsync(TempFolder folder, IPEndPoint address, string how)
    {
        string program = RealProgram.Find("haproxy");
        await File.WriteAllTextAsync(
            folder["haproxy.cfg"],
            $"""
            defaults
              mode http
              timeout connect 5s
              timeout client 5s
              timeout server 5s
            frontend web
              bind {address} {how}
              monitor-uri /alive
              default_backend nobody
            backend nobody

            """);
        ChildProcess haproxy = ChildProcess.Start(program, ["-db", "-f", folder["haproxy.cfg"]]);
        await haproxy.ListensAsync(address);
        return haproxy;
    }
}
