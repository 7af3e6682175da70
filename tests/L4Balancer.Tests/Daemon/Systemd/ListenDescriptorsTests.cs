using L4Balancer.Daemon.Systemd;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Systemd;

/// <summary>sd_listen_fds(3).</summary>
internal sealed class ListenDescriptorsTests
{
    private const int Self = 42;

    [TestCase("42", "2", "a:b", "3=a 4=b")]
    [TestCase("42", "1", null, "3=unknown")]
    [TestCase("42", "3", "a:b", "3=unknown 4=unknown 5=unknown")]
    [TestCase("42", "2", ":b", "3=unknown 4=b")]
    [TestCase("42", "0", "", "")]
    [TestCase("43", "2", "a:b", "")]
    [TestCase(null, "2", "a:b", "")]
    [TestCase("42", null, "a:b", "")]
    [TestCase("42", "-1", "", "")]
    [TestCase("42", "many", "", "")]
    [TestCase("42", "99999999999", "", "")]
    public void Read_Environment_IsADescriptorEachFromThreeOn(
        string? process, string? count, string? names, string expected) =>
        Assert.That(
            string.Join(' ', ListenDescriptors.Read(process, count, names, Self)
                .Select(static one => $"{one.Fd}={one.Name}")),
            Is.EqualTo(expected));
}
