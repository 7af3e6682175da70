using L4Balancer.Config;
using L4Balancer.Net;
using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>How a pool's policy is written, and what is wrong with others.</summary>
internal sealed class BalanceKeysTests
{
    private const string Own = "[service.web]\nlisten = \"*:80\"\nbackends = [\"a:1\"]\n";

    private static PoolConfig Pool(string keys, string defaults = "") =>
        Good($"[defaults]\n{defaults}\n{Own}{keys}").Services.Single().Pool;

    [Test]
    public void Parse_EveryPolicy_HasAWord([Values] BalancePolicy policy) => Assert.That(
        Pool($"balance = \"{ConfigWords.Of(ConfigWords.Policies, policy)}\"").Balance, Is.EqualTo(policy));

    [TestCase("5-tuple", 0, 0)]
    [TestCase("source", 32, 128)]
    [TestCase("source/24", 24, 64)]
    [TestCase("source/1,128", 1, 128)]
    [TestCase("source/32,1", 32, 1)]
    public void Parse_HashOn_IsTheWordOrThePrefixes(string text, int v4Bits, int v6Bits)
    {
        HashOn hashOn = Pool($"hash_on = \"{text}\"").HashOn;
        Assert.That((hashOn.V4Bits, hashOn.V6Bits), Is.EqualTo((v4Bits, v6Bits)));
        Assert.That(ConfigText.HashedPart(hashOn), Is.EqualTo(text));
    }

    [TestCase("source/0")]
    [TestCase("source/33")]
    [TestCase("source/24,0")]
    [TestCase("source/24,129")]
    [TestCase("source/24,64,1")]
    [TestCase("source/")]
    [TestCase("source/+1")]
    [TestCase("source/ 1")]
    public void Parse_HashOnOfAnotherLength_IsRefused(string text) => Assert.That(
        Problems($"{Own}hash_on = \"{text}\""),
        Is.EqualTo(new[]
        {
            "4:11: error: 'hash_on' must be \"source/V4\" or \"source/V4,V6\" with 1 to 32 bits of IPv4 and 1 to 128 "
            + $"of IPv6, such as \"source/24,56\", not \"{text}\"",
        }));

    [Test]
    public void Parse_HashOnUnknown_NamesAllForms() => Assert.That(
        Problems($"{Own}hash_on = \"sauce\"").Single(), Does.Contain("source/V4,V6").And.Contain("5-tuple"));

    [TestCase("0", 0)]
    [TestCase("0.0", 0)]
    [TestCase("1.25", 1.25)]
    [TestCase("2", 2)]
    [TestCase("10", 10)]
    public void Parse_MaxLoad_IsTheNumber(string text, double expected) =>
        Assert.That(Pool($"max_load = {text}").MaxLoad, Is.EqualTo(expected));

    [TestCase("1")]
    [TestCase("1.0")]
    [TestCase("0.5")]
    [TestCase("-1")]
    [TestCase("10.1")]
    [TestCase("nan")]
    [TestCase("inf")]
    [TestCase("\"1.25\"")]
    [TestCase("true")]
    public void Parse_MaxLoadOutOfRange_IsRefused(string text) => Assert.That(
        Problems($"{Own}max_load = {text}"),
        Is.EqualTo(new[]
        {
            "4:12: error: 'max_load' must be above 1 and at most 10, such as 1.25, or 0 for no bound",
        }));

    [Test]
    public void Parse_MaxLoadWhereNothingIsHashed_IsRefusedUnlessItIsADefault()
    {
        Assert.That(
            Problems($"{Own}balance = \"random\"\nmax_load = 1.25"),
            Is.EqualTo(new[]
            {
                "5:12: error: 'max_load' bounds the load where flows are placed by their hash, and balance = "
                + "\"random\" does not; remove it, or write balance = \"ring\" or \"maglev\"",
            }));
        Assert.That(Pool("balance = \"random\"", "max_load = 1.25").MaxLoad, Is.EqualTo(1.25));
        Assert.That(Pool("max_load = 1.25", "balance = \"maglev\"").Balance, Is.EqualTo(BalancePolicy.Maglev));
    }

    [Test]
    public void Parse_TableSize_IsAPrime()
    {
        Assert.That(Pool("").Maglev.TableSize, Is.EqualTo(65_537));
        Assert.That(Pool("maglev.table_size = 5000011").Maglev.TableSize, Is.EqualTo(5_000_011));
        Assert.That(Pool("maglev.table_size = 7").Maglev.TableSize, Is.EqualTo(7));
        Assert.That(
            Problems($"{Own}maglev.table_size = 65536"),
            Is.EqualTo(new[]
            {
                "4:21: error: 'table_size' must be a prime, not 65536; the next one is 65537",
            }));
        Assert.That(Problems($"{Own}maglev.table_size = 5").Single(), Does.Contain("from 7 to 5000011"));
    }

    [TestCase("maglev", true)]
    [TestCase("ring", false)]
    public void Parse_FewerSlotsThanBackends_IsAnErrorWhereTheyAreUsed(string balance, bool isError)
    {
        string backends = string.Join(", ", Enumerable.Range(1, 8).Select(static port => $"\"a:{port}\""));
        string text = $"[service.web]\nlisten = \"*:80\"\nbackends = [{backends}]\nbalance = \"{balance}\"\n";
        string[] errors =
        [
            "5:8: error: the table of 7 slots has none for some of the 8 backends of [service.web]; write a prime of "
                + "about 800 as maglev.table_size",
        ];
        Assert.That(Problems($"{text}maglev.table_size = 7"), Is.EqualTo(isError ? errors : []));
        Assert.That(Problems($"{text}maglev.table_size = 11"), Is.Empty);
    }

    [Test]
    public void Parse_RefuseBesidePanic_IsAWarningInItsOwnTableAlone()
    {
        const string Panic = "panic.threshold = 0.3";
        Assert.That(
            Problems($"{Own}{Panic}\nwhen_down = \"refuse\""),
            Is.EqualTo(new[]
            {
                "5:1: warning: when_down = \"refuse\" means nothing beside panic.threshold, by which all are used once "
                    + "none is available",
            }));
        Assert.That(Problems($"{Own}{Panic}"), Is.Empty);
        Assert.That(Problems($"{Own}{Panic}\n[defaults]\nwhen_down = \"refuse\""), Is.Empty);
    }
}
