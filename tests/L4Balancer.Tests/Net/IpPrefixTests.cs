using System.Net;
using L4Balancer.Net;
using NUnit.Framework;

namespace L4Balancer.Tests.Net;

/// <summary>Prefixes against the framework's own.</summary>
public sealed class IpPrefixTests
{
    [Test]
    public void Contains_AnyAddress_AsTheFrameworkSays()
    {
        Random random = new(1);
        byte[] near = new byte[16];
        for (int i = 0; i < 2000; i++)
        {
            int bytes = i % 2 == 0 ? 4 : 16;
            random.NextBytes(near);
            int bits = random.Next((bytes * 8) + 1);
            IPNetwork network = new(Masked(near.AsSpan(0, bytes).ToArray(), bits), bits);
            near[random.Next(bytes)] ^= (byte)(1 << random.Next(8));
            IPAddress address = new(near.AsSpan(0, bytes));

            Assert.That(IpPrefix.TryParse(network.ToString(), out IpPrefix prefix), Is.True);
            bool contains = prefix.Contains(IpAddress.From(address));
            Assert.That(contains, Is.EqualTo(network.Contains(address)), $"{network} {address}");
            Assert.That(IpPrefix.TryParse(prefix.ToString(), out IpPrefix again) && again == prefix, Is.True);
        }
    }

    [TestCase("10.0.0.0/33")]
    [TestCase("::/129")]
    [TestCase("10.0.0.0/-1")]
    [TestCase("10.0.0.0/")]
    [TestCase("/8")]
    [TestCase("web")]
    [TestCase("")]
    public void TryParse_NoPrefix_IsRefused(string text) => Assert.That(IpPrefix.TryParse(text, out _), Is.False);

    [TestCase("10.1.2.3/8", "10.0.0.0/8")]
    [TestCase("10.1.2.3", "10.1.2.3")]
    [TestCase("2001:db8::1/32", "2001:db8::/32")]
    public void TryParse_Text_BitsBehindThePrefixAreDropped(string text, string expected)
    {
        Assert.That(IpPrefix.TryParse(text, out IpPrefix prefix), Is.True);
        Assert.That(prefix.ToString(), Is.EqualTo(expected));
    }

    private static IPAddress Masked(byte[] address, int bits)
    {
        for (int bit = bits; bit < address.Length * 8; bit++) address[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPAddress(address);
    }
}
