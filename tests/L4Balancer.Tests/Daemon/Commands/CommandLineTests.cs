using System.Text.Json;
using L4Balancer.Tests.Daemon.Configuration;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Commands;

/// <summary>What the process says and returns.</summary>
internal sealed class CommandLineTests
{
    private string _file = "";

    [SetUp]
    public void CreateFile() => _file = Path.GetTempFileName();

    [TearDown]
    public void DeleteFile() => File.Delete(_file);

    [Test]
    public async Task Check_GoodFile_SaysWhatIsInItAndReturnsZero()
    {
        await File.WriteAllTextAsync(_file, ConfigTexts.Example);

        (int exitCode, string output, string errors) = await DaemonCommand.RunAsync("check", "--config", _file);

        Assert.That((exitCode, output, errors), Is.EqualTo((0, $"{_file}: ok, 1 service, 2 backends", "")));
    }

    [TestCase("check")]
    [TestCase("run")]
    public async Task CheckAndRun_BadFile_ReportEverythingAndReturnOne(string command)
    {
        await File.WriteAllTextAsync(_file, "[service.web]\nliste = 1\nbackends = [\"a\"]\n");

        (int exitCode, string output, string errors) = await DaemonCommand.RunAsync(command, "--config", _file);

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(1));
            Assert.That(output, Is.Empty);
            Assert.That(errors, Is.EqualTo(
                $"""
                {_file}:1:10: error: [service.web] listens nowhere; write listen = "0.0.0.0:80"
                    1 | [service.web]
                      |          ^^^
                {_file}:2:1: error: unknown key 'liste' in [service.web]; did you mean 'listen'?
                    2 | liste = 1
                      | ^^^^^
                {_file}:3:13: error: "a" has no port; write "a:PORT"
                    3 | backends = ["a"]
                      |             ^^^
                """));
        });
    }

    [Test]
    public async Task Check_UnreadableFile_NamesTheUser()
    {
        File.SetUnixFileMode(_file, UnixFileMode.None);

        (int exitCode, string output, string errors) =
            await DaemonCommand.RunUnprivilegedAsync("check", "--config", _file);

        Assert.That((exitCode, output), Is.EqualTo((1, "")));
        Assert.That(errors, Is.EqualTo(
            $"{_file}: error: user {Environment.UserName} may not read the file; 'ls -l {_file}' shows who may"));
    }

    [Test]
    public async Task Check_AsJson_WritesAnArrayToStandardOutput()
    {
        await File.WriteAllTextAsync(_file, "[service.web]\nlisten = \"*:80\"\n");

        (int exitCode, string output, string errors) =
            await DaemonCommand.RunAsync("check", "--config", _file, "--format", "json");

        JsonElement problem = JsonDocument.Parse(output).RootElement.EnumerateArray().Single();
        Assert.Multiple(() =>
        {
            Assert.That((exitCode, errors), Is.EqualTo((1, "")));
            Assert.That(problem.GetProperty("file").GetString(), Is.EqualTo(_file));
            Assert.That(problem.GetProperty("line").GetInt32(), Is.EqualTo(1));
            Assert.That(problem.GetProperty("severity").GetString(), Is.EqualTo("error"));
        });
    }

    [Test]
    public async Task Check_AsJsonWithoutProblems_WritesAnEmptyArray()
    {
        await File.WriteAllTextAsync(_file, ConfigTexts.Example);

        Assert.That(
            await DaemonCommand.RunAsync("check", "--config", _file, "--format", "json"), Is.EqualTo((0, "[]", "")));
    }

    [Test]
    public async Task Run_MissingFile_ReturnsOneWithoutATrace() => Assert.That(
        await DaemonCommand.RunAsync("run", "--config", "/nowhere/web.toml"),
        Is.EqualTo((1, "", "/nowhere/web.toml: error: there is no such file; "
            + "'l4balancer config example' prints one to begin with")));

    [TestCase("'chek'; did you mean 'check'?\n'l4balancer --help'", "chek")]
    [TestCase("'--confg'; did you mean '--config'?", "run", "--confg", "x")]
    [TestCase("'l4balancer run --help' shows", "run", "--confg", "x")]
    [TestCase("Argument 'xml' not recognized. Must be one of: 'text' 'json'", "check", "--format", "xml")]
    [TestCase("l4balancer: Required argument missing for option: '--config'", "check", "--config")]
    [TestCase("l4balancer: which command? 'l4balancer COMMAND --help' shows how one is used.")]
    [TestCase("  l4balancer try          Balance without a configuration file and log every flow")]
    [TestCase("  l4balancer config example  Print a complete", "config")]
    [TestCase("l4balancer: --listen: \"8000\" has no address; write \"127.0.0.1:8000\"",
        "try", "--udp", "--listen", "8000", "--to", "a:1")]
    [TestCase("l4balancer: --listen: \"localhost:1\" is a host name", "try", "--listen", "localhost:1", "--to", "a:1")]
    [TestCase("l4balancer: --to: \"a:1\" is given twice", "try", "--listen", "*:1", "--to", "a:1", "--to", "a:1")]
    [TestCase(
        "l4balancer: --to: the backend \"[::1]:9\" leads back", "try", "--udp", "--listen", "*:9", "--to", "[::1]:9")]
    [TestCase("l4balancer: Option '--to' is required", "try", "--listen", "*:1")]
    [TestCase("'drian'; did you mean 'drain'?\n'l4balancer backend --help'", "backend", "drian")]
    [TestCase("'--sockt'; did you mean '--socket'?", "backend", "list", "--sockt", "x")]
    [TestCase("'--socket'; write it behind 'status'", "--socket", "x", "status")]
    [TestCase("'--clinet' is no option of 'kill'; did you mean '--client'?", "connections", "kill", "--clinet")]
    [TestCase("'--wiat' is no option of 'drain'; did you mean '--wait'?", "backend", "drain", "--wiat")]
    [TestCase("kill which flows? Give an ID", "connections", "kill")]
    [TestCase("kill takes an ID or filters, not both", "connections", "kill", "0-1-2", "--service", "web")]
    [TestCase("--limit: \"0\" is not between 1 and 100000", "connections", "--limit", "0")]
    [TestCase("--last: \"many\" is not between 0 and 1000", "events", "--last", "many")]
    [TestCase("--wait: \"60\" is no duration; write whole numbers with the units", "drain", "--wait", "60")]
    [TestCase("WEIGHT: \"-1\" is no weight; write 0 to 256 or default", "backend", "weight", "a", "-1")]
    [TestCase("--interval: at least 100ms", "top", "--interval", "5ms")]
    [TestCase("--interval: \"1\" is no duration", "top", "--interval", "1")]
    [TestCase("--socket and --config exclude each other", "status", "--socket", "x", "--config", "y")]
    [TestCase("  l4balancer completion fish  For fish: l4balancer completion fish | source", "completion")]
    public async Task CommandLine_Misused_ReturnsTwoAndSaysHow(string expected, params string[] arguments)
    {
        (int exitCode, string output, string errors) = await DaemonCommand.RunAsync(arguments);

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(2));
            Assert.That(output, Is.Empty);
            Assert.That(errors, Does.Contain(expected));
        });
    }

    [Test]
    public async Task ConfigExample_Printed_IsTheFileOfTheRepository()
    {
        (int exitCode, string output, _) = await DaemonCommand.RunAsync("config", "example");

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.Zero);
            Assert.That(output + "\n", Is.EqualTo(ConfigTexts.Example));
            Assert.That(File.ReadAllText(Repository.PathOf("etc/l4balancer.toml")), Is.EqualTo(ConfigTexts.Example));
        });
    }

    [Test]
    public async Task Version_Printed_NamesProgramAndRuntime() => Assert.That(
        (await DaemonCommand.RunAsync("version")).Output,
        Does.Match(@"^l4balancer \d+\.\d+\.\d+\S* \(\.NET 10\.\S+, linux"));
}
