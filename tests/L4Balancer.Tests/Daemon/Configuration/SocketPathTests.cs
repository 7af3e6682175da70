using L4Balancer.Config;
using L4Balancer.Daemon.Configuration;
using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>Paths of unix sockets: what the kernel takes is good, the rest is refused in words.</summary>
internal sealed class SocketPathTests
{
    [Test]
    public void Problem_UsualPath_IsNone() => Assert.That(SocketPath.Problem(AdminConfig.DefaultSocket), Is.Null);

    [TestCase("", "must be an absolute path")]
    [TestCase("admin.sock", "must be an absolute path")]
    [TestCase("@abstract", "must be an absolute path")]
    [TestCase("/run/l4balancer/", "is a directory")]
    [TestCase("/run/\0", "has a zero")]
    public void Problem_OfAnythingElse_SaysWhy(string path, string why) =>
        Assert.That(SocketPath.Problem(path), Does.StartWith(why));

    [TestCase('x', 106, true)]
    [TestCase('x', 107, false)]
    [TestCase('ü', 53, true)]
    [TestCase('ü', 54, false)]
    public void Problem_Length_IsCountedInBytes(char sign, int signs, bool isGood) =>
        Assert.That(SocketPath.Problem("/" + new string(sign, signs)), isGood ? Is.Null : Does.Contain("107"));

    [Test]
    public void Parse_LongSocket_NamesPlaceLengthAndLimit() => Assert.That(
        Problems($"[admin]\nsocket = \"/{new string('x', 107)}\"{GoodService}"),
        Is.EqualTo(new[]
        {
            "2:10: error: 'socket' has a path of 108 bytes; the kernel takes at most 107; \"\" turns it off",
        }));
}
