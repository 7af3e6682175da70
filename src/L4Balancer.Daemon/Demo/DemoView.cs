using System.Globalization;
using L4Balancer.Daemon.Admin;
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
    private const int BarWidth = 30;
    private const int CommandWidth = 34;

    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        SayWhatToTry();
        using PeriodicTimer timer = new(Refresh, time);
        if (console.Profile.Capabilities.Interactive && console.Profile.Out.IsTerminal)
        {
            await console.Live(Table()).StartAsync(async live =>
            {
                while (await NextAsync(timer, stoppingToken)) live.UpdateTarget(Table());
            });
            return;
        }

        Dictionary<string, BackendStatus> shown = [];
        do
        {
            foreach (BackendStatus backend in balancer.Backends)
            {
                if (shown.TryGetValue(backend.Name, out BackendStatus? before) && before == backend) continue;

                shown[backend.Name] = backend;
                Console.Out.WriteLine(
                    $"backend {backend.Name}: {backend.State}, {backend.ActiveConnections} open, "
                    + $"{backend.TotalConnections} taken");
            }
        }
        while (await NextAsync(timer, stoppingToken));
    }

    private void SayWhatToTry()
    {
        Net.IpEndpoint service = balancer.Listeners[0].Endpoint;
        string curl = $"curl http://{service}/".PadRight(CommandWidth);
        string nc = $"nc {service.Address} {service.Port}".PadRight(CommandWidth);
        Console.Out.WriteLine(
            $"""
            A balancer on {service} with three backends, all in this process. Try in another terminal:

              {curl}# again and again: each connection is placed on its own
              {nc}# type lines: they stay with one backend
              curl {admin.Address}/metrics

            Ctrl-C ends.

            """);
    }

    private Table Table()
    {
        Table table = new() { Border = TableBorder.Rounded };
        table.AddColumns("backend", "state", "open", "taken", "share");
        IReadOnlyList<BackendStatus> backends = balancer.Backends;
        long all = Math.Max(1, backends.Sum(backend => backend.TotalConnections));
        foreach (BackendStatus backend in backends)
        {
            int bar = (int)(BarWidth * backend.TotalConnections / all);
            table.AddRow(
                new Text(backend.Name),
                new Text(backend.State, new Style(backend.IsAvailable ? Color.Green : Color.Red)),
                new Text(backend.ActiveConnections.ToString(CultureInfo.InvariantCulture)),
                new Text(backend.TotalConnections.ToString(CultureInfo.InvariantCulture)),
                new Text(new string('█', bar).PadRight(BarWidth), new Style(Color.Blue)));
        }

        return table;
    }

    /// <returns>False when the demo ends.</returns>
    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stop)
    {
        Task<bool> tick = timer.WaitForNextTickAsync(stop).AsTask();
        await ((Task)tick).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return tick.IsCompletedSuccessfully && tick.Result;
    }
}
