using System.Net.Sockets;
using L4Balancer.Interop;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Interop;

/// <summary>The number of this process's descriptors.</summary>
[NonParallelizable]
public sealed class OpenDescriptorsTests
{
    private const int Many = 500;

    /// <summary>Other threads open and close some meanwhile.</summary>
    private const int Tolerance = 50;

    [SetUp]
    public void CloseWhatIsForgotten()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [Test]
    public void Count_EitherWay_IsWhatTheFolderHas()
    {
        int inFolder = new ProcessView(Environment.ProcessId).Descriptors;

        Assert.That(OpenDescriptors.Count(), Is.EqualTo(inFolder).Within(Tolerance));
        Assert.That(OpenDescriptors.CountOneByOne(), Is.EqualTo(inFolder).Within(Tolerance));
    }

    [Test]
    public void Count_EitherWay_FollowsWhatIsOpened()
    {
        (int told, int counted) = (OpenDescriptors.Count(), OpenDescriptors.CountOneByOne());
        Socket[] sockets = [.. Enumerable.Range(0, Many).Select(
            static _ => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))];

        Assert.Multiple(() =>
        {
            Assert.That(OpenDescriptors.Count(), Is.EqualTo(told + Many).Within(Tolerance));
            Assert.That(OpenDescriptors.CountOneByOne(), Is.EqualTo(counted + Many).Within(Tolerance));
        });
        Array.ForEach(sockets, static socket => socket.Dispose());
    }
}
