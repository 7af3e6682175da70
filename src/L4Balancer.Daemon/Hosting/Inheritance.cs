using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Daemon.Systemd;
using L4Balancer.Shards;

namespace L4Balancer.Daemon.Hosting;

/// <summary>What this process is given at its start: by systemd, or by the daemon whose place it takes.</summary>
internal sealed class Inheritance
{
    /// <summary>Listening sockets of services.</summary>
    public InheritedSockets Listeners { get; private init; } = InheritedSockets.None();

    /// <summary>The takeover that is under way; null where this process takes nobody's place.</summary>
    public Takeover? Takeover { get; private init; }

    /// <summary>The admin side's TCP listening socket; null where there is none.</summary>
    public Socket? AdminListener { get; private init; }

    /// <summary>A takeover was asked for, and nobody was there.</summary>
    public string? NobodyAt { get; private init; }

    /// <summary>Takes what systemd passes, and where asked for the sockets of the running daemon.</summary>
    /// <exception cref="BalancerStartException">The running daemon does not give them.</exception>
    public static Inheritance Take(BalancerConfig config, bool takesOver)
    {
        IReadOnlyList<GivenDescriptor> given = ListenDescriptors.Take();
        if (!takesOver) return new Inheritance { Listeners = new InheritedSockets(given) };

        string path = config.Admin.Socket
            ?? throw new BalancerStartException(
                "--takeover: admin.socket is \"\", and the running daemon is asked for its sockets there");
        Takeover? takeover = Takeover.Begin(path);
        return new Inheritance
        {
            Listeners = new InheritedSockets([.. given, .. takeover?.Listeners ?? []])
            {
                MayBeJoined = takeover is null,
            },
            Takeover = takeover,
            AdminListener = takeover?.AdminListener is { } fd ? new Socket(new SafeSocketHandle(fd, true)) : null,
            NobodyAt = takeover is null ? path : null,
        };
    }
}
