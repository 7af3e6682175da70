using System.Net;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Tests.Processes;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Backends of several pools that are discovered while these serve.</summary>
public sealed class DiscoveryChangesTests
{
    [Test]
    public async Task File_OfSeveralPoolsHasASilentServer_AllJudgeItAtOnce()
    {
        using TempFolder folder = new();
        using TestServer hole = await TestServer.BlackHoleAsync();
        File.WriteAllText(folder["web"], "# nobody yet\n");
        await using Balancer balancer = await StartAsync(folder["web"], pools: 3);

        // Nobody is judged within the test's time: who waits for another's verdict is not asked.
        File.WriteAllText(folder["web"], $"{hole.EndPoint}\n");
        await Eventually.TrueAsync(() => balancer.Probes.Slots.InFlight == 3, "a probe of each");
    }

    private static async Task<Balancer> StartAsync(string file, int pools)
    {
        BalancerConfig config = new()
        {
            Global = new GlobalConfig { Shards = 1 },
            Services =
            [
                .. Enumerable.Range(1, pools).Select(number => new ServiceConfig
                {
                    Name = $"{number}",
                    Listen = [new ListenAddress(IpEndpoint.From(new IPEndPoint(IPAddress.Loopback, 0)))],
                    Pool = new PoolConfig
                    {
                        Name = $"{number}",
                        Backends = [],
                        BackendsFile = file,
                        Health = new HealthConfig { Timeout = TimeSpan.FromHours(number) }, // None is shared.
                    },
                }),
            ],
        };
        Balancer balancer = new(config, NullLoggerFactory.Instance);
        await balancer.StartAsync(CancellationToken.None).Within();
        return balancer;
    }
}
