using System.Net.Sockets;
using System.Text.Json;
using L4Balancer.Tests.Daemon;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>What commands tell of a real daemon, to people and to programs.</summary>
public sealed class CommandLineStatusTests
{
    private TestServer _server = null!;
    private DaemonProcess _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = TestServer.Echo();
        _daemon = await DaemonProcess.StartAsync(
            new DaemonFile(_server.EndPoint, TestServer.Closed()) { Service = "[service.test.health]\nfall = 1" });
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        _server?.Dispose();
    }

    [Test]
    public async Task Status_Printed_HasServiceBackendsAndWhyOneIsDown()
    {
        (int exitCode, string output, string errors) = await _daemon.AskAsync("status");

        string[] lines = output.Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That((exitCode, errors), Is.EqualTo((0, "")));
            Assert.That(lines[0], Does.Match($@"^l4balancer \S+, serving, up \S+, pid {_daemon.View.Id}$"));
            Assert.That(output, Does.Match(@"(?m)^connections \d+ of \d+, descriptors \d+ of \d+, 2 shards$"));
            Assert.That(output, Does.Contain($"configuration {_daemon.ConfigPath}, in force for "));
            Assert.That(output, Does.Match($@"(?m)^test .* tcp {_daemon.Address}$"));
            Assert.That(output, Does.Match($@"(?m)^test/{_server.EndPoint} +up "));
            Assert.That(output, Does.Match(@"(?m)^test/127.0.0.1:\d+ +down .* ago$"));
        });
    }

    [TestCase("status", "/status.json")]
    [TestCase("backend list", "/backends")]
    [TestCase("connections", "/connections")]
    [TestCase("top", "/top")]
    [TestCase("config diff", "/config/diff")]
    public async Task Json_OfACommand_IsWhatTheDaemonAnswers(string command, string path)
    {
        (int exitCode, string output, string errors) = await _daemon.AskAsync([.. command.Split(' '), "--json"]);

        using JsonDocument printed = JsonDocument.Parse(output);
        using JsonDocument answered = JsonDocument.Parse(await _daemon.PageAsync(path));
        Assert.That((exitCode, errors), Is.EqualTo((0, "")));
        Assert.That(Shape(printed.RootElement), Is.EqualTo(Shape(answered.RootElement)));
    }

    [TestCase("status")]
    [TestCase("backend list")]
    [TestCase("connections")]
    [TestCase("events")]
    [TestCase("top")]
    [TestCase("top connections")]
    public async Task Command_NotToATerminal_WritesPlainText(string command)
    {
        (int exitCode, string output, _) = await _daemon.AskAsync(command.Split(' '));

        Assert.That(exitCode, Is.Zero);
        Assert.That(output, Does.Not.Match("[\u001B╭│─]"));
        Assert.That(output.Split('\n'), Has.All.Matches<string>(static line => line.Length == line.TrimEnd().Length));
    }

    [Test]
    public async Task Ready_ServingDaemon_ReturnsZero()
    {
        Assert.That(await _daemon.AskAsync("ready"), Is.EqualTo((0, "ready", "")));
        Assert.That((await _daemon.AskAsync("ready", "--json")).Output, Is.EqualTo(
            """{"ready":true,"not_ready_because":null}"""));
    }

    [Test]
    public async Task ConfigShow_Printed_IsAConfigurationThatCheckTakes()
    {
        (int exitCode, string output, _) = await _daemon.AskAsync("config", "show");
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, output);

        (int checks, _, string problems) = await DaemonCommand.RunAsync("check", "--config", file);
        File.Delete(file);

        Assert.That((exitCode, checks, problems), Is.EqualTo((0, 0, "")));
        Assert.That(output, Does.Contain("[service.test]").And.Contain(_daemon.Address.ToString()));
    }

    [Test]
    public async Task Connections_Filtered_ListWhatMatches()
    {
        using Socket client = await _daemon.OpenAsync();

        string[] all = await ConnectionsAsync();
        string[] none = await ConnectionsAsync("--client", "192.0.2.0/24");
        string[] some = await ConnectionsAsync("--client", "127.0.0.0/8", "--service", "test",
            "--backend", $"test/{_server.EndPoint}");

        Assert.Multiple(() =>
        {
            Assert.That(all, Has.Some.Contains(client.LocalEndPoint!.ToString()));
            Assert.That(some, Has.Some.Contains(client.LocalEndPoint!.ToString()).And.Contains(" open "));
            Assert.That(none, Is.Empty);
        });

        async Task<string[]> ConnectionsAsync(params string[] filters)
        {
            (int exitCode, string output, string errors) = await _daemon.AskAsync(["connections", .. filters]);
            Assert.That((exitCode, errors), Is.EqualTo((0, "")));
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    [TestCase("there is no backend", "backend", "drain", "nobody")]
    [TestCase("no service", "connections", "--service", "nobody")]
    [TestCase("", "connections", "--client", "example.org")]
    [TestCase("", "connections", "kill", "what")]
    public async Task Command_Refused_ReturnsFourAndSaysWhy(string expected, params string[] arguments)
    {
        (int exitCode, string output, string errors) = await _daemon.AskAsync(arguments);

        Assert.That((exitCode, output), Is.EqualTo((4, "")));
        Assert.That(errors, Does.StartWith("l4balancer: ").And.Contain(expected));
        Assert.That(errors.Split('\n'), Has.Length.EqualTo(1));
    }

    /// <summary>Names and kinds of values, since the values themselves change from one answer to the next.</summary>
    private static string Shape(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object =>
            $"{{{string.Join(',', element.EnumerateObject().Select(one => $"{one.Name}:{Shape(one.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', element.EnumerateArray().Select(Shape))}]",
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => element.ValueKind.ToString(),
    };
}
