using System.Net.Sockets;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>How often an answer is lost that a server sends amid an upload before it closes without reading on.</summary>
public sealed class LostAnswerTests
{
    private const int Flows = 400;

    private static readonly byte[] Chunk = new byte[16 * 1024];

    [Test]
    public async Task Relay_ServerAnswersAndClosesAmidUploads_EveryAnswerArrives()
    {
        using TestServer server = new();
        await using RunningBalancer balancer = await RunningBalancer.StartAsync([server.EndPoint]);
        int lost = 0;
        for (int i = 0; i < Flows; i++)
        {
            using Socket client = await balancer.ConnectAsync();
            Task upload = client.UntilGoneAsync(static async socket =>
            {
                while (true) await socket.SendAllAsync(Chunk);
            });
            using Socket accepted = await server.AcceptAsync();
            await accepted.ReceiveExactlyAsync(100_000);
            accepted.Send("answer"u8);
            accepted.Close(); // With bytes unread: the kernel makes it a reset.
            byte[] buffer = new byte[16];
            try
            {
                if (await client.ReceiveAsync(buffer.AsMemory()).AsTask().Within() == 0) lost++;
            }
            catch (SocketException)
            {
                lost++;
            }

            client.Close();
            await upload.Within();
        }

        TestContext.Out.WriteLine($"LOST {lost} of {Flows}");
        Assert.That(lost, Is.Zero);
    }
}
