using L4Balancer.Daemon.Admin;
using L4Balancer.Daemon.Commands;
using L4Balancer.Net;
using Microsoft.Extensions.Hosting;
using Spectre.Console;

namespace L4Balancer.Daemon.Demo;

/// <summary>
/// Says what to try and shows which backend takes what: a live table on a terminal, otherwise a line whenever something
/// changes.
/// </summary>
internal sealed class DemoView(Balancer balancer, AdminServer admin, IAnsiConsole console, TimeProvider time)
    : BackgroundService
{
    private const int CommandWidth = 30;
    private const string ClearScreen = "\u001B[2J\u001B[H"; // ECMA-48: erase the page, then go to its beginning.

    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Console.Out.WriteLine(WhatToTry());
        using PeriodicTimer timer = new(Refresh, time);
        if (console.Profile.Capabilities.Interactive && console.Profile.Out.IsTerminal)
        {
            await DrawTableAsync(timer, stoppingToken);
            return;
        }

        Dictionary<(string Pool, string Name), BackendStatus> shown = [];
        do
        {
            foreach (BackendStatus backend in balancer.Backends)
            {
                (string Pool, string Name) key = (backend.Pool, backend.Name);
                if (shown.TryGetValue(key, out BackendStatus? before) && before == backend) continue;

                shown[key] = backend;
                Console.Out.WriteLine(
                    $"backend {backend.Pool}/{backend.Name}: {backend.State}, {backend.ActiveConnections} open, "
                    + $"{backend.TotalConnections} taken");
            }
        }
        while (await NextAsync(timer, stoppingToken));
    }

    /// <summary>
    /// Draws the table over itself until the demo ends. What was drawn before the terminal changed its width has been
    /// broken into other lines, so that drawing over it is not possible: the screen is cleared.
    /// </summary>
    private async Task DrawTableAsync(PeriodicTimer timer, CancellationToken stop)
    {
        bool goesOn = true;
        while (goesOn)
        {
            int width = console.Profile.Width;
            await console.Live(DemoTable.Render(balancer.Backends, width)).StartAsync(async live =>
            {
                while ((goesOn = await NextAsync(timer, stop)) && console.Profile.Width == width)
                {
                    live.UpdateTarget(DemoTable.Render(balancer.Backends, width));
                }
            });
            if (!goesOn) return;

            console.Write(new ControlCode(ClearScreen));
            Console.Out.WriteLine(WhatToTry());
        }
    }

    private string WhatToTry()
    {
        IpEndpoint tcp = EndpointOf(DemoCommand.TcpService);
        IpEndpoint udp = EndpointOf(DemoCommand.UdpService);
        string curl = $"curl http://{tcp}/".PadRight(CommandWidth);
        string nc = $"nc {tcp.Address} {tcp.Port}".PadRight(CommandWidth);
        string ncUdp = $"nc -u {udp.Address} {udp.Port}".PadRight(CommandWidth);
        return $"""
            A balancer with three backends in one process.
            Try in another terminal:

              {curl}# repeat it: each is placed anew
              {nc}# lines stay with one backend
              {ncUdp}# the same over UDP
              curl {admin.Address}/metrics

            Ctrl-C ends.

            """;
    }

    private IpEndpoint EndpointOf(string service) =>
        balancer.Listeners.Single(listener => listener.Service == service).Endpoint;

    /// <returns>False when the demo ends.</returns>
    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stop)
    {
        Task<bool> tick = timer.WaitForNextTickAsync(stop).AsTask();
        await ((Task)tick).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return tick.IsCompletedSuccessfully && tick.Result;
    }
}
