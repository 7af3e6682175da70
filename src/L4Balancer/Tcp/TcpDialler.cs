using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using L4Balancer.Backends;
using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer.Tcp;

/// <summary>
/// Finds a server for a session: the pool's pick, and when the connect fails the next distinct candidate, as often as
/// the service allows.
/// </summary>
internal static class TcpDialler
{
    /// <summary>Connects the session's server side. Every failure is told to the ejector.</summary>
    /// <returns>Null once connected, or when the session was closed meanwhile; otherwise why it cannot go on.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<CloseReason?> ConnectAsync(TcpSession session)
    {
        List<Backend>? failed = null;
        CloseReason reason = CloseReason.NoBackend;
        int attempt = 0;
        while (attempt < session.Service.Config.RetryAttempts) // Ends before that where the pool has no more.
        {
            TcpService service = session.Service;
            Backend? backend =
                service.Pool.Queue.TakePlace(session.Flow, CollectionsMarshal.AsSpan(failed), out bool mayWait);
            if (backend is null && mayWait)
            {
                QueueTurn turn = await session.WaitForPlace(failed);
                if (session.IsClosed) return null;
                if (turn.Refusal is { } refusal) return refusal;
                backend = turn.Place;
            }

            if (backend is null)
            {
                if (!session.TryMoveToPresentPool()) break;

                failed = null;
                continue;
            }

            if (!backend.TakesFlows) // Not any more, and the ring without it is still being built.
            {
                backend.EndSession();
                (failed ??= []).Add(backend);
                continue;
            }

            attempt++;
            session.BeginAttempt(backend);
            ConnectError? error = await TryAsync(session, backend);
            if (session.IsClosed) return null;
            if (session.MayNotStay)
            {
                session.EndAttempt();
                (failed ??= []).Add(backend);
                reason = CloseReason.BackendDown;
                continue;
            }

            if (error is not { } failure)
            {
                backend.ForgetFailures();
                return null;
            }

            backend.CountConnectError(failure);
            session.EndAttempt();
            if (failure == ConnectError.Resource) return CloseReason.Resource;

            backend.Latency?.RecordFailure(session.Shard.Now);
            service.Ejector.Failed(backend);
            (failed ??= []).Add(backend);
            reason = Reason(failure);
        }

        return reason;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<ConnectError?> TryAsync(TcpSession session, Backend backend)
    {
        Errno error = Begin(session, backend.Endpoint!.Value, out ShardSocket? server);
        if (error != Errno.None) return Classify(error);

        session.SetServer(server!);
        if (!await server!.Writable()) return ConnectError.Timeout; // Or the session was closed, which the caller sees.

        error = server.IsFailed ? SocketOptions.TakeError(server.Fd) : Errno.None;
        return error == Errno.None ? null : Classify(error);
    }

    /// <summary>Opens a socket and begins its connect.</summary>
    private static Errno Begin(TcpSession session, IpEndpoint endpoint, out ShardSocket? server)
    {
        server = null;
        SyscallResult opened = SocketCalls.OpenTcp(v6: !endpoint.Address.IsV4);
        if (opened.IsError) return opened.Error;

        int fd = opened.Value;
        _ = SocketOptions.UrgentInline(fd);
        if (session.HasClientBytes) _ = SocketOptions.AckWithFirstBytes(fd);
        SyscallResult connected = SocketCalls.Connect(fd, endpoint);
        if (connected.IsError && connected.Error != Errno.EINPROGRESS)
        {
            SocketCalls.Close(fd);
            return connected.Error;
        }

        server = ShardSocket.TryOpen(session.Shard, fd, session, connecting: true);
        return server is null ? Errno.ENOMEM : Errno.None;
    }

    private static ConnectError Classify(Errno error) => error switch
    {
        Errno.ECONNREFUSED => ConnectError.Refused,
        Errno.ECONNRESET or Errno.EPIPE => ConnectError.Reset, // Accepted and reset at once.
        _ when Errnos.IsExhaustion(error) => ConnectError.Resource,
        _ => ConnectError.Unreachable,
    };

    private static CloseReason Reason(ConnectError error) => error switch
    {
        ConnectError.Refused or ConnectError.Reset => CloseReason.ServerRefused,
        ConnectError.Timeout => CloseReason.ServerConnectTimeout,
        ConnectError.Resource => CloseReason.Resource,
        _ => CloseReason.ServerUnreachable,
    };
}
