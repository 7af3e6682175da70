using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>
/// A storm of everything at once: datagrams of all sizes, trains, senders that are not wanted, backends that come and
/// go or refuse, a table that is too small, at last a drain. No reply goes to another client, and every datagram is
/// accounted for (which <see cref="RunningBalancer"/> checks at its end).
/// </summary>
public sealed class UdpChaosTests
{
    private const int FirstClients = 60;
    private const int MostClients = 200;

    private static readonly TimeSpan Storm = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Drain = TimeSpan.FromMilliseconds(300);

    [TestCase(1, true, 0)]
    [TestCase(2, false, 0)]
    [TestCase(3, true, 1)]
    public async Task Chaos_Storm_EveryDatagramIsAccountedForAndNothingIsLeft(int seed, bool offload, int responses)
    {
        using Scene scene = new(seed);
        await using RunningBalancer balancer = await scene.StartAsync(offload, responses);
        scene.RunFor(Storm);
        Task<int> draining;
        using (await StuckShard.HoldAsync(balancer.Balancer.Shards[0])) // Sessions last until there was traffic.
        {
            draining = balancer.Balancer.DrainAsync(Drain, CancellationToken.None);
            scene.RunFor(Drain / 10);
        }

        scene.RunFor(Drain / 2);
        await draining.Within();
        await balancer.DisposeAsync();

        // That every datagram is accounted for, and nothing left, is checked by the balancer's end.
        Assert.That(scene.Crossed(), Is.Empty);

        // The storm was one: all of this has happened.
        Assert.That(
            Enum.GetValues<DatagramDrop>().Where(reason => balancer.Dropped(reason) > 0),
            Is.SupersetOf(new[]
            {
                DatagramDrop.DeniedSourcePort, DatagramDrop.Loop, DatagramDrop.NoBackend, DatagramDrop.Limit,
                DatagramDrop.Shutdown,
            }));
        CloseReason[] ends = [.. (await balancer.RecordsAsync(1)).Select(static record => record.Reason).Distinct()];
        Assert.That(
            ends, Is.SupersetOf(new[] { CloseReason.Limit, CloseReason.BackendDown, CloseReason.ServerRefused }));
    }

    /// <summary>All that takes part. Each client sends its own byte over and over, and must get nothing else.</summary>
    private sealed class Scene(int seed) : IDisposable
    {
        private readonly Random _random = new(seed);
        private readonly UdpServer[] _servers =
            [UdpServer.Echo(), UdpServer.Echo(), UdpServer.Echo(IPAddress.IPv6Loopback), UdpServer.Silent()];

        private readonly HandServer _hand = new();
        private readonly List<Socket> _clients = [];
        private readonly HashSet<(int Sender, int Receiver)> _crossings = [];
        private readonly byte[] _buffer = new byte[ushort.MaxValue + 1];
        private RunningBalancer _balancer = null!;
        private Socket _denied = null!;
        private IPEndPoint[] _targets = [];
        private IPEndPoint[] _backends = [];

        public async Task<RunningBalancer> StartAsync(bool offload, int responses)
        {
            IPEndPoint denied = Closed();
            _backends = [.. _servers.Select(static server => server.EndPoint), _hand.EndPoint, Closed()];
            ListenAddress any = new(IpEndpoint.From(new IPEndPoint(IPAddress.Any, 0)));
            _balancer = await UdpClients.StartAsync(
                _backends,
                service => service with
                {
                    Listen = [service.Listen[0], any],
                    Pool = service.Pool with { Ejection = new() { Failures = 20, Base = Drain / 10 } },
                    Timeouts = new() { Idle = Drain, Lifetime = Storm / 4 },
                    Udp = new()
                    {
                        MaxSessions = FirstClients,
                        Responses = responses,
                        DenySourcePorts = [(ushort)denied.Port],
                    },
                },
                shards: 2,
                offload);
            _targets =
            [
                _balancer.Address, new IPEndPoint(IPAddress.Loopback, _balancer.Balancer.Listeners[1].Endpoint.Port),
                new IPEndPoint(IPAddress.Parse("127.0.0.2"), _balancer.Balancer.Listeners[1].Endpoint.Port),
            ];
            _denied = UdpClients.Connect(_balancer.Address, denied);
            for (int i = 0; i < FirstClients; i++) AddClient();
            return _balancer;
        }

        public void RunFor(TimeSpan time)
        {
            for (long started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < time;) Step();
            foreach (IPEndPoint backend in _backends) SetHealth(backend, BackendHealth.Up);
        }

        /// <summary>
        /// Whose reply somebody else got. Not where a server saw the port of one session be another's later on: it
        /// answers to whoever has the port by then.
        /// </summary>
        public IEnumerable<(int Sender, int Receiver)> Crossed()
        {
            HashSet<(int, int)> inherited = [];
            foreach (UdpServer server in _servers)
            {
                Dictionary<IPEndPoint, byte> owners = [];
                foreach ((IPEndPoint port, byte[] bytes) in server.Received.Where(static one => one.Bytes.Length > 0))
                {
                    if (owners.TryGetValue(port, out byte owner)) inherited.Add((owner, bytes[0]));
                    owners[port] = bytes[0];
                }
            }

            return _crossings.Except(inherited);
        }

        public void Dispose()
        {
            _clients.DisposeAll();
            _denied.Dispose();
            _hand.Dispose();
            foreach (UdpServer server in _servers) server.Dispose();
        }

        private static IPEndPoint Closed()
        {
            using HandServer server = new();
            return server.EndPoint;
        }

        private void Step()
        {
            int client = _random.Next(_clients.Count);
            switch (_random.Next(1000))
            {
                case < 500:
                    Ignoring(() => _clients[client].Send(Bytes(client, _random.Next(1500))));
                    break;
                case < 505:
                    Ignoring(() => _clients[client].Send(Bytes(client, 65_507)));
                    break;
                case < 600:
                    int size = _random.Next(1, 1400);
                    int most = Math.Min(50, 60_000 / size);
                    Ignoring(() => _clients[client].SendTrain(Bytes(client, _random.Next(1, size * most)), size));
                    break;
                case < 620:
                    Ignoring(() => _denied.Send("x"));
                    break;
                case < 640:
                    Ignoring(() => _hand.Send("x", _targets[_random.Next(_targets.Length)]));
                    break;
                case < 650:
                    BackendHealth health = _random.Next(3) == 0 ? BackendHealth.Down : BackendHealth.Up;
                    SetHealth(_backends[_random.Next(_backends.Length)], health);
                    break;
                case 650:
                    foreach (IPEndPoint backend in _backends) SetHealth(backend, BackendHealth.Down);
                    break;
                case < 653:
                    foreach (IPEndPoint backend in _backends) SetHealth(backend, BackendHealth.Up);
                    break;
                case < 660:
                    if (_clients.Count < MostClients) AddClient();
                    break;
                default:
                    Ignoring(() => Receive(client));
                    break;
            }
        }

        private void AddClient() => _clients.Add(UdpClients.Connect(_targets[_random.Next(_targets.Length)]));

        private void SetHealth(IPEndPoint backend, BackendHealth health) =>
            _balancer.Change(backend, one => one.SetHealth(health));

        private ReadOnlySpan<byte> Bytes(int client, int count)
        {
            Span<byte> bytes = _buffer.AsSpan(0, count);
            bytes.Fill((byte)client);
            return bytes;
        }

        private void Receive(int client)
        {
            while (_clients[client].Poll(TimeSpan.Zero, SelectMode.SelectRead))
            {
                int count = _clients[client].Receive(_buffer);
                if (_buffer.AsSpan(0, count).ContainsAnyExcept((byte)client)) _crossings.Add((_buffer[0], client));
            }
        }

        /// <summary>Does something; ICMP of a listener that has gone is one of the things that happen.</summary>
        private static void Ignoring(Action doing)
        {
            try
            {
                doing();
            }
            catch (SocketException)
            {
                return;
            }
        }
    }
}
