using System.Text;
using L4Balancer.Net;
using NUnit.Framework;

namespace L4Balancer.Tests.Net;

/// <summary>
/// Against the reference program. Recipe: <c>printf '%s' TEXT | xxhsum -H64</c> (Debian package xxhash); for the 101
/// bytes 0 to 100: <c>python3 -c "import sys; sys.stdout.buffer.write(bytes(range(101)))" | xxhsum -H64</c>. The seeded
/// value is from the documentation of python-xxhash: <c>xxh64('xxhash', seed=20141025)</c>.
/// </summary>
public sealed class XxHash64Tests
{
    [TestCase("", 0UL, 0xef46db3751d8e999UL)]
    [TestCase("abc", 0UL, 0x44bc2cf5ad770999UL)]
    [TestCase("xxhash", 0UL, 0x32dd38952c4bc720UL)]
    [TestCase("xxhash", 20141025UL, 0xb559b98d844e0635UL)]
    [TestCase("Nobody inspects the spammish repetition", 0UL, 0xfbcea83c8a378bf1UL)]
    public void Hash_Text_IsTheReferenceValue(string text, ulong seed, ulong expected) =>
        Assert.That(XxHash64.Hash(Encoding.ASCII.GetBytes(text), seed), Is.EqualTo(expected));

    [Test]
    public void Hash_SeveralStripesAndARest_IsTheReferenceValue()
    {
        byte[] bytes = [.. Enumerable.Range(0, 101).Select(static value => (byte)value)];
        Assert.That(XxHash64.Hash(bytes, 0), Is.EqualTo(0xe99038495f85381eUL));
    }
}
