using System.Globalization;
using L4Balancer.Bench.Peers.Machine;

namespace L4Balancer.Bench.Peers.Balancers;

/// <summary>The servers behind all balancers.</summary>
internal sealed class Servers : IDisposable
{
    private readonly Rig _rig;
    private readonly List<ChildProcess> _running = [];

    /// <summary>Starts them, and waits until they serve.</summary>
    /// <param name="rig">What starts them.</param>
    /// <param name="services">Which.</param>
    /// <param name="cores">Where; the web server has a worker for each.</param>
    public Servers(Rig rig, IReadOnlyList<Service> services, string cores)
    {
        _rig = rig;
        Endpoints = new Endpoints(rig.Ports, services);
        foreach (Service service in services)
        {
            ChildProcess server = rig.Children.Start(cores, service.Word(), Command(service, cores));
            server.Ignore();
            _running.Add(server);
            Readiness.Await(server, service, Endpoints[service]);
        }
    }

    /// <summary>Where they are.</summary>
    public Endpoints Endpoints { get; }

    public void Dispose()
    {
        foreach (ChildProcess server in _running) _rig.Children.End(server);
    }

    private IEnumerable<string> Command(Service service, string cores)
    {
        string address = Endpoints.Address(service);
        return service switch
        {
            Service.Web => NginxProgram.Command(WriteWebServer(Endpoints[service], cores)),
            Service.Bulk =>
                ["iperf3", "--server", "--bind", "127.0.0.1", "--port", address[(address.IndexOf(':') + 1)..]],
            Service.Echo => [_rig.LoadProgram, "tcp-echo", address],
            Service.Close => [_rig.LoadProgram, "tcp-close-server", address],
            Service.Sink => [_rig.LoadProgram, "bulk-sink", address],
            Service.Flood => [_rig.LoadProgram, "tcp-flood-server", address],
            Service.Datagrams => [_rig.LoadProgram, "udp-echo", address],
            Service.Trains => [_rig.LoadProgram, "udp-echo", address, "trains"],
            _ => throw new ArgumentOutOfRangeException(nameof(service)),
        };
    }

    private string WriteWebServer(int port, string cores)
    {
        string directory = _rig.NewDirectory("web");
        string file = Path.Combine(directory, "nginx.conf");
        Dictionary<string, string> values = Settings.Common(_rig, directory, workers: cores.Split(',').Length);
        values["port"] = port.ToString(CultureInfo.InvariantCulture);
        string template = File.ReadAllText(Path.Combine(_rig.TemplateDirectory, "nginx-web.conf"));
        File.WriteAllText(file, ConfigTemplate.Fill(template, values, [], Endpoints, Endpoints));
        return file;
    }
}
