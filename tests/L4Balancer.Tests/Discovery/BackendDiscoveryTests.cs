using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Discovery;
using L4Balancer.Net;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Discovery;

/// <summary>Which backends are in force, given what names stand for.</summary>
public sealed class BackendDiscoveryTests
{
    [TestCase("192.0.2.1")]
    [TestCase("192.0.2.1", "192.0.2.2")]
    public async Task InForce_EntryIsCalledAsOneOfTheName_EachBackendIsThereOnce(params string[] addresses)
    {
        using FakeNameServer server = new(query =>
        {
            DnsQuestion asked = AnswerBytes.QuestionOf(query);
            AnswerBytes answer = new(asked);
            string[] said = asked.Type == DnsType.A ? addresses : [];
            foreach (string address in said) answer.Address("web.test", address);
            return [answer.ToArray(AnswerBytes.IdOf(query))];
        });
        PoolConfig pool = new()
        {
            Name = "pool",
            Names = new ResolveConfig { Servers = [IpEndpoint.From(server.EndPoint)] },
            Backends =
            [
                new BackendConfig { Name = "web.test:80", Host = "web.test", Port = 80 },
                new BackendConfig { Name = "web.test:80/192.0.2.1", Host = "192.0.2.1", Port = 80 },
            ],
        };
        await using BackendDiscovery discovery = new(TimeProvider.System, NullLogger.Instance);
        await discovery.PrepareAsync([pool], CancellationToken.None).Within();
        await Eventually.TrueAsync(() => discovery.Names.Found == 1, "the look-up");

        IReadOnlyList<BackendConfig> backends = discovery.InForce(pool).Backends;
        Assert.That(backends.Select(static one => one.Host), Is.EqualTo(addresses));
        Assert.That(backends.Select(BackendIdentity.Of), Is.Unique);
        Assert.That(backends.Select(static one => one.Name), Is.Unique);
    }
}
