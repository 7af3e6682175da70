using System.Net.Sockets;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Commands;

/// <summary>Every command says in one line why the daemon cannot be asked, and returns 3.</summary>
internal sealed class UnreachableTests
{
    private TempFolder _folder = null!;

    private string Place => _folder["admin.sock"];

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase("status")]
    [TestCase("status --json")]
    [TestCase("top")]
    [TestCase("top --json")]
    [TestCase("connections")]
    [TestCase("connections kill 0-1-2")]
    [TestCase("events")]
    [TestCase("events --follow")]
    [TestCase("backend list")]
    [TestCase("backend drain a --wait 60s")]
    [TestCase("backend ready a")]
    [TestCase("backend maint a")]
    [TestCase("backend weight a 3")]
    [TestCase("reload")]
    [TestCase("drain --wait 60s")]
    [TestCase("ready")]
    [TestCase("config show")]
    [TestCase("config diff")]
    public Task Command_NoSocket_SaysWhichAndWhatToDo(string command) => SaysAsync(
        [.. command.Split(' '), "--socket", Place],
        $"no answer from {Place}: there is no such file. Is the daemon running ('systemctl status l4balancer')? ");

    [Test]
    public Task Command_NoDefaultSocket_NamesIt() => File.Exists("/run/l4balancer/admin.sock")
        ? Task.CompletedTask
        : SaysAsync(["status"], "no answer from /run/l4balancer/admin.sock: there is no such file");

    [Test]
    public async Task Command_DaemonThatCrashed_SaysThatNobodyListens()
    {
        using Socket silent = Bind(); // As the file of a socket whose process has gone: nobody listens.

        await SaysAsync(
            ["status", "--socket", Place], $"{Place}: nobody listens there. The daemon has ended or crashed");
    }

    [Test]
    public async Task Command_SocketOfAnotherUser_NamesTheUser()
    {
        using Socket listening = Listen();
        File.SetUnixFileMode(Place, UnixFileMode.None);

        (int exitCode, string output, string errors) =
            await DaemonCommand.RunUnprivilegedAsync("status", "--socket", Place);

        Assert.That((exitCode, output), Is.EqualTo((3, "")));
        Assert.That(errors, Does.Contain($"{Place}: user {Environment.UserName} may not use it; ").And.Contain("sudo"));
    }

    [Test]
    public Task Command_Directory_SaysSo() =>
        SaysAsync(["status", "--socket", _folder.Path], "this is a directory; name the socket in it");

    [Test]
    public Task Command_PathTooLong_SaysHowLongItMayBe() =>
        SaysAsync(["status", "--socket", "/" + new string('x', 120)], "longer than the 107 bytes that the kernel");

    [Test]
    public async Task Command_SocketOfAnotherProgram_AsksWhetherItIs()
    {
        using Socket listening = Listen();
        Task serving = Task.Run(async () =>
        {
            using Socket client = await listening.AcceptAsync();
            await client.SendAsync("220 mail.example ESMTP\r\n"u8.ToArray());
        });

        await SaysAsync(["status", "--socket", Place], "another program's socket?");
        await serving;
    }

    [Test]
    public async Task Command_FileWithoutSocket_SaysWhere()
    {
        await File.WriteAllTextAsync(_folder["web.toml"], Config("socket = \"\""));

        await SaysAsync(["status", "--config", _folder["web.toml"]], $"admin.socket is \"\" in {_folder["web.toml"]}");
    }

    [Test]
    public async Task Command_FileWithSocket_AsksThere()
    {
        await File.WriteAllTextAsync(_folder["web.toml"], Config($"socket = \"{Place}\""));

        await SaysAsync(["ready", "--config", _folder["web.toml"]], $"no answer from {Place}");
    }

    [Test]
    public async Task Command_FileWithErrorsElsewhere_AsksAtItsSocketAllTheSame()
    {
        await File.WriteAllTextAsync(_folder["web.toml"], Config($"socket = \"{Place}\"") + "lissten = 1\n");

        await SaysAsync(["status", "--config", _folder["web.toml"]], $"no answer from {Place}");
    }

    [Test]
    public async Task Command_FileThatIsNoToml_ShowsWhereAndReturnsOne()
    {
        await File.WriteAllTextAsync(_folder["web.toml"], "[admin]\nsocket = \n");

        (int exitCode, string output, string errors) =
            await DaemonCommand.RunAsync("status", "--config", _folder["web.toml"]);

        Assert.That((exitCode, output), Is.EqualTo((1, "")));
        Assert.That(errors, Does.Contain(":2:").And.Contain("error: ").And.Contain("--socket PATH"));
    }

    private static string Config(string socket) =>
        $"[admin]\n{socket}\n[service.web]\nlisten = \"127.0.0.1:1\"\nbackends = [\"127.0.0.1:2\"]\n";

    private static async Task SaysAsync(string[] arguments, string expected)
    {
        (int exitCode, string output, string errors) = await DaemonCommand.RunAsync(arguments);

        Assert.Multiple(() =>
        {
            Assert.That((exitCode, output), Is.EqualTo((3, "")));
            Assert.That(errors, Does.StartWith("l4balancer: ").And.Contain(expected));
            Assert.That(errors.Split('\n'), Has.Length.EqualTo(1));
        });
    }

    private Socket Listen()
    {
        Socket socket = Bind();
        socket.Listen();
        return socket;
    }

    private Socket Bind()
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Place));
        return socket;
    }
}
