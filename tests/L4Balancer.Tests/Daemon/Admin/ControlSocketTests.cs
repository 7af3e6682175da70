using System.Net.Sockets;
using L4Balancer.Daemon.Admin;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Admin;

/// <summary>The unix socket of the admin side as a file.</summary>
internal sealed class ControlSocketTests
{
    private TempFolder _folder = null!;

    private string Path => _folder["admin.sock"];

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Open_FreePath_IsForOwnerAndGroupAndLeavesNothingElse()
    {
        ControlSocket control = ControlSocket.Open(Path, takesOver: false);
        using Socket listening = control.Listening;

        Assert.Multiple(() =>
        {
            Assert.That(Accepts(), Is.True);
            Assert.That(
                File.GetUnixFileMode(Path),
                Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
                    | UnixFileMode.GroupWrite));
            Assert.That(Directory.GetFileSystemEntries(_folder.Path), Is.EqualTo(new[] { Path }));
        });
    }

    [Test]
    public void Open_SocketOfACrashedProcess_TakesItsPlace()
    {
        // Closing removes the name that was bound, which is not the path any more.
        ControlSocket crashed = ControlSocket.Open(Path, takesOver: false);
        crashed.Listening.Dispose();
        Assert.That(File.Exists(Path) && !Accepts(), Is.True, "a file that nobody listens at");

        using Socket listening = ControlSocket.Open(Path, takesOver: false).Listening;

        Assert.That(Accepts(), Is.True);
    }

    [Test]
    public void Open_SomebodyAnswers_SaysWhoAndLeavesHimAlone()
    {
        using Socket first = ControlSocket.Open(Path, takesOver: false).Listening;

        Assert.That(
            () => ControlSocket.Open(Path, takesOver: false),
            Throws.TypeOf<ControlSocketException>()
                .With.Message.EqualTo($"is where process {Environment.ProcessId} answers")
                .And.Property(nameof(ControlSocketException.Answers)).True);
        Assert.That(Accepts(), Is.True);
    }

    [Test]
    public void RemovePath_AnotherHasTakenThePlace_LeavesIt()
    {
        ControlSocket old = ControlSocket.Open(Path, takesOver: false);
        ControlSocket next = ControlSocket.Open(Path, takesOver: true);
        using Socket oldListening = old.Listening;
        using Socket nextListening = next.Listening;

        Assert.That(Accepts(), Is.True, "the old one's socket is still there");
        next.Publish();
        old.RemovePath();
        Assert.That(Accepts(), Is.True, "the successor's socket is still there");
        next.RemovePath();

        Assert.That(File.Exists(Path), Is.False);
    }

    [TestCase("text")]
    [TestCase("")]
    public void Open_FileThatIsNoSocket_IsLeftAsItIs(string content)
    {
        File.WriteAllText(Path, content);

        AssertRefused(Path, takesOver: true, "is there and is not a socket");
        Assert.That(File.ReadAllText(Path), Is.EqualTo(content));
    }

    [Test]
    public void Open_LinkToASocket_IsRefused()
    {
        using Socket target = ControlSocket.Open(_folder["other"], takesOver: false).Listening;
        File.CreateSymbolicLink(Path, _folder["other"]);

        AssertRefused(Path, takesOver: false, "is there and is not a socket");
    }

    [Test]
    public void Open_FolderMissing_SaysWhichOne() => AssertRefused(
        _folder["none/admin.sock"], takesOver: false, $"is in {_folder["none"]}, which is no directory");

    [Test]
    public void Open_PathTooLong_SaysHowLong() =>
        AssertRefused(_folder[new string('a', 108)], takesOver: false, "is too long");

    private static void AssertRefused(string path, bool takesOver, string reason) => Assert.That(
        () => ControlSocket.Open(path, takesOver),
        Throws.TypeOf<ControlSocketException>().With.Message.StartsWith(reason));

    private bool Accepts()
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
