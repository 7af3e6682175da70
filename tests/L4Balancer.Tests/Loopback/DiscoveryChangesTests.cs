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

    [Test]
    public async Task File_ZonesAndAFleet_WhatIsFoundIsDividedAsWhatIsConfigured()
    {
        using TempFolder folder = new();
        TestServer[] servers = [.. Enumerable.Range(0, 8).Select(static _ => TestServer.Echo())];
        BackendConfig[] all =
        [
            .. servers.Select(static (server, i) =>
                RunningBalancer.Backend(server.EndPoint) with { Zone = i % 2 == 0 ? "a" : "b", Weight = 1 + (i % 3) }),
        ];
        File.WriteAllText(folder["web"], "# nobody yet\n");
        await using RunningBalancer configured = await StartAsync(static pool => pool);
        await using RunningBalancer found = await StartAsync(pool => pool with { BackendsFile = folder["web"] });
        foreach ((Range part, int index) in new[] { (..4, 0), (4.., 0), (.., 1), (2..7, 1) })
        {
            File.WriteAllLines(folder["web"], all[part].Select(Line));
            await found.ApplyAsync(config => config with { Fleet = new FleetConfig { Index = index, Size = 2 } });
            await configured.ApplyAsync(config => config.WithPool(pool => pool with { Backends = all[part] })
                with { Fleet = new FleetConfig { Index = index, Size = 2 } });
            await AgreeAsync(found, configured);
            foreach (bool away in new[] { true, false })
            {
                await configured.Balancer.ShiftZoneAsync("a", away, true, CancellationToken.None);
                await found.Balancer.ShiftZoneAsync("a", away, true, CancellationToken.None);
                await AgreeAsync(found, configured);
            }

            Assert.That(Shares(found).Select(static one => one.State), Is.SupersetOf(new[] { "up", "subset" }));
        }

        foreach (TestServer server in servers) server.Dispose();
    }

    private static Task AgreeAsync(RunningBalancer found, RunningBalancer configured) => Eventually.TrueAsync(
        () => Shares(found).SequenceEqual(Shares(configured)), string.Join(", ", Shares(configured)));

    private static string Line(BackendConfig one) =>
        $$"""{"address": "{{one.Name}}", "weight": {{one.Weight}}, "zone": "{{one.Zone}}"}""";

    private static (string Name, string State, double? Share)[] Shares(RunningBalancer balancer) =>
        [.. balancer.Balancer.Backends.Select(static one => (one.Name, one.State, one.Share)).Order()];

    private static Task<RunningBalancer> StartAsync(Func<PoolConfig, PoolConfig> change)
    {
        ServiceConfig service = RunningBalancer.Service([]);
        PoolConfig pool = service.Pool with { SubsetSize = 2, MaxLoad = 1.25 };
        return RunningBalancer.StartAsync(service with { Pool = change(pool) }, new GlobalConfig { Shards = 2 });
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
