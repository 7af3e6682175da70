using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using L4Balancer.Interop;
using L4Balancer.Net;
using NUnit.Framework;

namespace L4Balancer.Tests.Interop;

/// <summary>Which addresses are this host's.</summary>
public sealed class LocalAddressesTests
{
    [TestCase("127.0.0.1", true)]
    [TestCase("127.1.2.3", true)]
    [TestCase("::1", true)]
    [TestCase("198.51.100.1", false, Description = "kept for documentation")]
    [TestCase("2001:db8::1", false, Description = "the same")]
    [TestCase("0.0.0.0", false)]
    [TestCase("::", false)]
    public void Contains_KnownAddress_Tells(string address, bool isLocal)
    {
        IPAddress known = IPAddress.Parse(address);
        if (known.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6)
        {
            Assert.Ignore("this machine has no IPv6");
        }

        Assert.That(LocalAddresses.Contains(IpAddress.From(known)), Is.EqualTo(isLocal));
    }

    [Test]
    public void Contains_AddressesOfTheInterfaces_AllAre()
    {
        IPAddress[] own =
        [
            .. from device in NetworkInterface.GetAllNetworkInterfaces()
               where device.OperationalStatus == OperationalStatus.Up
               from address in device.GetIPProperties().UnicastAddresses
               where !address.Address.IsIPv6LinkLocal
               select address.Address,
        ];
        Assert.That(own.Where(static one => !LocalAddresses.Contains(IpAddress.From(one))), Is.Empty);
    }

    [Test]
    public void Contains_Neighbour_IsNot()
    {
        // On a network of this host, so that there is a way to it: reached, but not from itself.
        IPAddress? neighbour = NetworkInterface.GetAllNetworkInterfaces()
            .Where(static device => device.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(static device => device.GetIPProperties().UnicastAddresses)
            .Where(static one => one.Address.AddressFamily == AddressFamily.InterNetwork && one.PrefixLength < 30)
            .Select(static one => new IPAddress([.. one.Address.GetAddressBytes()[..3], Other(one.Address)]))
            .FirstOrDefault();
        if (neighbour is null) Assert.Ignore("this machine has no network");

        Assert.That(LocalAddresses.Contains(IpAddress.From(neighbour)), Is.False);
    }

    [Test]
    public void Contains_AskedOften_LeavesNoDescriptorOpen()
    {
        IpAddress elsewhere = IpAddress.From(IPAddress.Parse("198.51.100.1"));
        int most = ResourceLimits.MaxDescriptors() > 5000 ? 5000 : ResourceLimits.MaxDescriptors() + 1;
        int before = OpenDescriptors();
        for (int i = 0; i < most; i++) LocalAddresses.Contains(elsewhere);

        // What the rest of the process opens meanwhile is a handful.
        Assert.That(OpenDescriptors(), Is.LessThan(before + 100));
    }

    private static int OpenDescriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    private static byte Other(IPAddress address) => (byte)(address.GetAddressBytes()[3] ^ 1);
}
