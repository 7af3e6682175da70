using System.Buffers;
using System.Net;
using System.Net.Sockets;
using L4Balancer.Config;

namespace L4Balancer.Health;

/// <summary>
/// A datagram, and what comes back. The socket is connected: the kernel drops what others send, and tells of an ICMP
/// "port unreachable".
/// </summary>
internal static class UdpProbe
{
    /// <summary>Part of an answer that is read; thousands of backends may be under probe at once.</summary>
    private const int AnswerBytes = 4096;

    /// <summary>Answers that are read before a flood of wrong ones counts as a failure.</summary>
    private const int MostAnswers = 1000;

    /// <summary>
    /// Sends and waits for an answer with <see cref="HealthConfig.Expect"/> in it; other answers are passed over until
    /// the timeout. Silence is a failure, or good where no <see cref="HealthConfig.Reply"/> is due: then only ICMP
    /// speaks against a backend, and any answer for it. Never throws for what the network does.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller's own token was cancelled.</exception>
    public static async Task<ProbeResult> RunAsync(
        ProbeTarget target, TimeProvider time, CancellationToken cancellationToken)
    {
        HealthConfig check = target.Check;
        using ProbeDeadline deadline = new(target.Timeout, time, cancellationToken);
        ProbeClock clock = deadline.Clock;
        byte[] answer = ArrayPool<byte>.Shared.Rent(AnswerBytes);
        int? wrong = null; // Bytes of the last answer that was not the expected one.
        try
        {
            using Socket socket = new(target.Endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            if (check.Source is { IsAny: false } source) socket.Bind(new IPEndPoint(source.ToIPAddress(), 0));
            await socket.ConnectAsync(target.Endpoint, deadline.Token);
            await socket.SendAsync(check.Send, deadline.Token);
            for (int answers = 0; answers < MostAnswers; answers++)
            {
                int count = await socket.ReceiveAsync(answer.AsMemory(0, AnswerBytes), deadline.Token);
                bool isExpected = check.Expect.IsIn(answer.AsSpan(0, count));
                if (isExpected || !check.Reply) return new ProbeResult(true, $"answered after {clock}");

                wrong = count;
            }

            return new ProbeResult(false, $"{MostAnswers} wrong answers after {clock}");
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            if (!check.Reply) return new ProbeResult(true, $"no error within {clock}");

            string text = wrong is { } count ? $"only {AnswerQuote.Of(answer.AsSpan(0, count))} came" : "no answer";
            string due = wrong is null ? "" : $", without the expected {AnswerQuote.Of(check.Expect)}";
            return new ProbeResult(false, $"{text} within {clock}{due}");
        }
        catch (SocketException exception)
        {
            return ProbeResult.Of(exception.SocketErrorCode, "port unreachable", clock);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(answer);
        }
    }
}
