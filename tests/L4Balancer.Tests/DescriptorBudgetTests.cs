using System.Net;
using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Config;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests;

/// <summary>How UDP services divide descriptors among themselves and with TCP.</summary>
public sealed class DescriptorBudgetTests
{
    private static readonly IPEndPoint Backend = new(IPAddress.Loopback, 1);

    [Test]
    public void UdpShares_AnyServices_AreNeverAboveWhatThereIs() => ForAnyServices(static (wanted, most, tcp) =>
    {
        int[] shares = DescriptorBudget.UdpShares(wanted, most, tcp, int.MaxValue);
        return shares.All(static share => share >= 0) && shares.Sum(static share => (long)share) <= most;
    });

    [Test]
    public void UdpShares_FewPorts_AreNotMoreTogether() => ForAnyServices(static (wanted, ports, tcp) =>
        DescriptorBudget.UdpShares(wanted, 1_000_000, tcp, ports).Sum() <= ports);

    [Test]
    public void UdpShares_BesidesTcp_LeaveItAQuarterAndOthersMore() => ForAnyServices(static (wanted, most, _) =>
    {
        int left = most - DescriptorBudget.UdpShares(wanted, most, besidesTcp: true, int.MaxValue).Sum();
        bool allSaySo = wanted.All(static one => one > 0);
        return left >= most / (allSaySo ? 4 : 8);
    });

    [Test]
    public void UdpShares_OfThoseThatSayHowMany_AreThatOrInProportion() => ForAnyServices(static (wanted, most, tcp) =>
    {
        int[] shares = DescriptorBudget.UdpShares(wanted, most, tcp, int.MaxValue);
        double forThem = tcp ? most * 3L / 4 : most;
        double scale = Math.Min(1, forThem / Math.Max(1, wanted.Sum(static one => (long)one)));
        return wanted.Zip(shares).All(one => one.First == 0 || Math.Abs((one.First * scale) - one.Second) <= 1);
    });

    [Test]
    public void UdpShares_OfThoseThatSayNothing_AreEqual() => ForAnyServices(static (wanted, most, tcp) =>
        wanted.Zip(DescriptorBudget.UdpShares(wanted, most, tcp, int.MaxValue))
            .Where(static one => one.First == 0)
            .Select(static one => one.Second)
            .Distinct()
            .Count() <= 1);

    [Test]
    public void Of_AnyServices_AllFitOrTheStartIsRefused() => ForAnyServices(static (wanted, descriptors, tcp) =>
    {
        BalancerConfig config = Config(wanted, tcp);
        try
        {
            BalancerLimits limits = BalancerLimits.Of(config, descriptors);
            long held = limits.MaxUdpSessions.Values.Sum(static one => (long)one) + (2L * limits.MaxConnections);
            return held <= descriptors - 256
                && limits.MaxUdpSessions.Count == wanted.Length
                && limits.MaxUdpSessions.Values.All(static share => share > 0)
                && limits.MaxConnections > 0 == tcp
                && limits.MaxSessions == limits.MaxConnections + limits.MaxUdpSessions.Values.Sum();
        }
        catch (BalancerStartException)
        {
            // Somebody would have had nothing. In bounds where that cannot be, no start is refused.
            bool isRoomy = descriptors >= 256 + 64 && wanted.All(static one => one is > 0 and <= 4);
            return !isRoomy;
        }
    });

    [TestCase(0, 0, 0)]
    [TestCase(5, 0, 5)]
    [TestCase(0, 7, 7)]
    [TestCase(5, 7, 5)]
    [TestCase(9, 7, 7)]
    public void WantedUdpSessions_TableAndLimit_TheSmallerThatIsSet(int table, int limit, int wanted)
    {
        ServiceConfig service = RunningBalancer.UdpService([Backend]) with
        {
            MaxConnections = limit,
            Udp = new UdpConfig { MaxSessions = table },
        };
        Assert.That(BalancerLimits.WantedUdpSessions(service), Is.EqualTo(wanted));
    }

    [TestCase(20, 10)]
    [TestCase(0, 384)]
    public void Of_ProcessLimitBesidesTcp_HalfOfItAtMostIsOfUdp(int configured, int sessions)
    {
        BalancerConfig config = Config([0], tcp: true);
        config = config with { Global = config.Global with { MaxConnections = configured } };
        Assert.That(BalancerLimits.Of(config, 1024).MaxUdpSessions.Values.Single(), Is.EqualTo(sessions));
    }

    [TestCase(100, 100)]
    [TestCase(0, 768)]
    public void Of_ProcessLimit_BoundsAllSessions(int configured, int sessions)
    {
        BalancerConfig config = Config([0], tcp: false);
        config = config with { Global = config.Global with { MaxConnections = configured } };
        Assert.That(BalancerLimits.Of(config, 1024).MaxSessions, Is.EqualTo(sessions));
    }

    /// <summary>
    /// Up to six UDP services, half of which say how many sessions they want; few descriptors or many.
    /// </summary>
    private static void ForAnyServices(Func<int[], int, bool, bool> holds) => Prop.ForAll<int>(seed =>
    {
        Random random = new(seed);
        int[] wanted = new int[random.Next(1, 7)];
        for (int i = 0; i < wanted.Length; i++)
        {
            wanted[i] = random.Next(2) == 0 ? 0 : random.Next(1, 1 << random.Next(1, 31));
        }

        return holds(wanted, random.Next(1, 1 << random.Next(4, 25)), random.Next(2) == 0);
    }).QuickCheckThrowOnFailure();

    private static BalancerConfig Config(int[] wanted, bool tcp)
    {
        IEnumerable<ServiceConfig> udp = wanted.Select(static (sessions, i) =>
            RunningBalancer.UdpService([Backend]) with
            {
                Name = $"udp-{i}",
                Udp = new UdpConfig { MaxSessions = sessions },
            });
        IEnumerable<ServiceConfig> services = tcp ? udp.Append(RunningBalancer.Service([Backend])) : udp;
        return new BalancerConfig { Global = new GlobalConfig { Shards = 1 }, Services = [.. services] };
    }
}
