using System.Globalization;
using System.Text.RegularExpressions;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>wrk to nginx: many requests on connections that stay open.</summary>
public sealed partial class WrkTests
{
    [Test]
    public async Task Wrk_64Connections_EveryRequestIsAnswered()
    {
        string wrk = RealProgram.Find("wrk");
        await using NginxServer nginx = await NginxServer.StartAsync();
        await using DaemonProcess daemon =
            await DaemonProcess.StartAsync(new DaemonFile(nginx.EndPoint) { Flows = "errors" });

        string report =
            await ChildProcess.RunAsync(wrk, "-t", "1", "-c", "64", "-d", "2s", $"http://{daemon.Address}/name");

        int answered = int.Parse(Requests().Match(report).Groups[1].Value, CultureInfo.InvariantCulture);
        await nginx.LogsAsync(answered);
        Assert.Multiple(() =>
        {
            Assert.That(answered, Is.GreaterThan(64), report);
            Assert.That(report, Does.Not.Contain("Socket errors"));
            Assert.That(report, Does.Not.Contain("Non-2xx"));

            // nginx has also counted those that were on their way when wrk ended: one a connection at most.
            Assert.That(nginx.AccessLog, Has.Length.AtMost(answered + 64));
        });
    }

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();
}
