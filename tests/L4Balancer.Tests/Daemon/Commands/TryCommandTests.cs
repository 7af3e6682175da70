using L4Balancer.Config;
using L4Balancer.Daemon.Commands;
using L4Balancer.Tests.Daemon.Configuration;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Commands;

/// <summary>What the options of <c>try</c> stand for.</summary>
internal sealed class TryCommandTests
{
    [TestCase(false, "tcp")]
    [TestCase(true, "udp")]
    public void Configure_Options_AreWhatAFileWithNothingElseSays(bool isUdp, string protocol)
    {
        const string Address = "127.0.0.1:8000";
        AddressSyntax.ParseListen(Address, out IReadOnlyList<ListenAddress> listen);
        string text =
            $"[service.try]\nlisten = \"{Address}\"\nbackends = [\"a:1\"]\nprotocol = \"{protocol}\"";
        ServiceConfig file = ConfigTexts.Good(text).Services.Single();

        ServiceConfig options = TryCommand.Configure(listen, file.Pool.Backends, isUdp).Services.Single();

        Assert.That(options.Listen, Is.EqualTo(file.Listen));
        Assert.That(options with { Listen = file.Listen }, Is.EqualTo(file));
    }
}
