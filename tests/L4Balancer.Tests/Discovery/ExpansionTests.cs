using System.Net;
using L4Balancer.Config;
using L4Balancer.Discovery;
using NUnit.Framework;

namespace L4Balancer.Tests.Discovery;

/// <summary>Which backends a name comes to.</summary>
public sealed class ExpansionTests
{
    private static readonly BackendConfig Host = new() { Name = "web", Host = "web.test", Port = 80, Weight = 7 };
    private static readonly BackendConfig Service = new() { Name = "_w._tcp.test", Host = "_w._tcp.test", Port = 0 };

    private static FoundServer Address(string address) => new(IPAddress.Parse(address), 0, "web.test", "");

    private static FoundServer Record(int number, int priority, int weight, int port = 80) =>
        new(new IPAddress([10, 0, 0, (byte)number]), (ushort)port, "a.test", "")
        {
            Priority = (ushort)priority, Weight = (ushort)weight,
        };

    private static BackendConfig[] Of(BackendConfig name, params FoundServer[] servers) =>
        [.. Expansion.Of(name, FoundServer.Sorted(servers))];

    [Test]
    public void Of_NothingKnown_IsABackendWithoutAnAddress()
    {
        BackendConfig none = Of(Host).Single();

        Assert.That((none.Name, none.Host, none.Source), Is.EqualTo(("web", "web.test", "web.test:80")));
    }

    [Test]
    public void Of_OneAddress_KeepsTheConfiguredNameAndKeys()
    {
        BackendConfig one = Of(Host, Address("192.0.2.1")).Single();

        Assert.That((one.Name, one.Host, one.Port, one.Weight), Is.EqualTo(("web", "192.0.2.1", (ushort)80, 7)));
        Assert.That(one.HostName, Is.EqualTo("web.test"), "what probes of TLS and HTTP call it");
    }

    [Test]
    public void Of_AnotherAddressJoins_TheFirstIsTheSameByItsKey()
    {
        BackendConfig alone = Of(Host, Address("192.0.2.1")).Single();
        BackendConfig[] both = Of(Host, Address("2001:db8::1"), Address("192.0.2.1"));

        Assert.That(both.Select(static one => one.Name), Is.EqualTo(["web/192.0.2.1", "web/2001:db8::1"]));
        Assert.That((both[0].Key, both[0].Host), Is.EqualTo((alone.Key, alone.Host)));
        Assert.That(both[1].Key, Is.Not.EqualTo(alone.Key));
    }

    [Test]
    public void Of_Srv_PortsAndPrioritiesAreThoseOfTheRecords()
    {
        BackendConfig[] servers = Of(Service, Record(1, 20, 5, 81), Record(2, 10, 5, 82), Record(3, 30, 0, 83));

        Assert.That(
            servers.Select(static one => (one.Name, one.Port, one.Priority, one.Weight)),
            Is.EqualTo(((string, ushort, int, int)[])
            [
                ("_w._tcp.test/10.0.0.1:81", 81, 1, 5), ("_w._tcp.test/10.0.0.2:82", 82, 0, 5),
                ("_w._tcp.test/10.0.0.3:83", 83, 2, 1),
            ]));
    }

    [Test]
    public void Of_SrvAnyWeights_AreInProportionFromOneTo256()
    {
        Random random = new(1);
        for (int i = 0; i < 1000; i++)
        {
            FoundServer[] records =
            [
                .. Enumerable.Range(1, random.Next(1, 9))
                    .Select(number => Record(number, random.Next(30), random.Next(random.Next(2) == 0 ? 300 : 65_536))),
            ];
            BackendConfig[] servers = Of(Service, records);
            double heaviest = Math.Max(256.0, records.Max(static one => one.Weight));
            foreach ((BackendConfig server, FoundServer record) in servers.Zip(records))
            {
                double exact = Math.Max(1, record.Weight * 256 / heaviest);
                Assert.That(server.Weight, Is.EqualTo(exact).Within(0.5).And.InRange(1, 256));
                Assert.That(server.Priority, Is.InRange(0, 9));
            }
        }
    }

    [Test]
    public void Of_SrvMorePrioritiesThanThereAre_TheLastAreOne()
    {
        BackendConfig[] servers = Of(Service, [.. Enumerable.Range(1, 12).Select(static i => Record(i, i * 10, 1))]);

        Assert.That(
            servers.Select(static one => one.Priority), Is.EqualTo([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9]));
    }
}
