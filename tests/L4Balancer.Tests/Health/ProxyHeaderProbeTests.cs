using System.Net;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Tests.Peers;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>Real servers that want a PROXY header of everybody: a probe succeeds with one alone.</summary>
public sealed class ProxyHeaderProbeTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Run_Nginx_TakesBothVersionsAndNoOther()
    {
        string program = RealProgram.Find("nginx");
        IPEndPoint address = new(IPAddress.Loopback, UnusedPort.Next());
        await File.WriteAllTextAsync(
            _folder["nginx.conf"],
            $$"""
            daemon off;
            master_process off;
            pid {{_folder["nginx.pid"]}};
            events { worker_connections 64; }
            http {
              log_format seen "$proxy_protocol_addr";
              access_log {{_folder["access.log"]}} seen;
              {{NginxFiles.Of(_folder)}}
              server {
                listen {{address}} proxy_protocol;
                location / { return 204; }
              }
            }
            """);
        await using ChildProcess nginx = ChildProcess.Start(
            program, ["-p", _folder.Path, "-c", _folder["nginx.conf"], "-e", _folder["error.log"]]);
        await nginx.ListensAsync(address);

        Assert.That((await RunAsync(address, ProxyProtocol.Off)).IsGood, Is.False);
        Assert.That((await RunAsync(address, ProxyProtocol.V1)).Text, Does.StartWith("204 after"));
        Assert.That((await RunAsync(address, ProxyProtocol.V2)).Text, Does.StartWith("204 after"));

        // What a wrong header leaves there is not a request. Of LOCAL the server learns no address.
        string[] seen = await File.ReadAllLinesAsync(_folder["access.log"]);
        Assert.That(seen.Where(static line => line.Length > 1), Is.EqualTo(["127.0.0.1"]));
    }

    [Test]
    public async Task Run_Haproxy_TakesBothVersionsAndNoOther()
    {
        IPEndPoint address = new(IPAddress.Loopback, UnusedPort.Next());
        await using ChildProcess haproxy = await ProbedHaproxy.StartAsync(_folder, address, "accept-proxy");

        Assert.That((await RunAsync(address, ProxyProtocol.Off)).IsGood, Is.False);
        Assert.That((await RunAsync(address, ProxyProtocol.V1)).Text, Does.StartWith("200 after"));
        Assert.That((await RunAsync(address, ProxyProtocol.V2)).Text, Does.StartWith("200 after"));
    }

    private static Task<ProbeResult> RunAsync(IPEndPoint server, ProxyProtocol version)
    {
        HealthConfig check = new()
        {
            Type = ProbeType.Http, ProxyProtocol = version, Http = new HttpProbeConfig { Path = "/alive" },
        };
        return new ProbeRunner(TimeProvider.System)
            .RunAsync(ProbeTargets.Of(server, check, Timeout), CancellationToken.None).Within();
    }
}
