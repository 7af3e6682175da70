using System.Net;
using L4Balancer.Tests.Processes;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// nginx as an HTTP server: one process, its own configuration in a folder of its own, on 127.0.0.1 or ::1. It serves
/// the files of <see cref="Files"/>, takes PUT under /put/, and answers /name with its name.
/// </summary>
internal sealed class NginxServer : IAsyncDisposable
{
    private readonly string _program = RealProgram.Find("nginx");
    private readonly TempFolder _folder = new();
    private readonly string _name;
    private ChildProcess? _child;

    private NginxServer(string name, IPAddress address)
    {
        _name = name;
        EndPoint = new IPEndPoint(address, UnusedPort.Next());
        Directory.CreateDirectory(_folder["www/put"]);
        File.WriteAllText(_folder["nginx.conf"], Config());
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>The folder that it serves.</summary>
    public string Files => _folder["www"];

    /// <summary>What it answers to /name.</summary>
    public string Name => _name;

    /// <summary>Lines of the access log: one a request.</summary>
    public string[] AccessLog => File.ReadAllLines(_folder["access.log"]);

    /// <summary>Waits until the access log has so many lines, which are written once the answer is.</summary>
    public Task LogsAsync(int requests) =>
        Eventually.TrueAsync(() => AccessLog.Length >= requests, $"{requests} requests in the log");

    /// <summary>Lines of the error log, from level info on.</summary>
    public string[] ErrorLog =>
    [
        .. File.ReadAllLines(_folder["error.log"])
            .Where(static line => !line.Contains("[notice]", StringComparison.Ordinal)),
    ];

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<NginxServer> StartAsync(string name = "nginx", IPAddress? address = null)
    {
        NginxServer server = new(name, address ?? IPAddress.Loopback);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it at its old address.</summary>
    public async Task StartAgainAsync()
    {
        _child = ChildProcess.Start(
            _program, ["-p", _folder.Path, "-c", _folder["nginx.conf"], "-e", _folder["error.log"]]);
        await _child.ListensAsync(EndPoint);
    }

    /// <summary>Ends it as a crash would: its connections are reset.</summary>
    public async Task KillAsync()
    {
        if (_child is not null) await _child.DisposeAsync();
        _child = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Dispose();
    }

    private string Config() =>
        $$"""
        daemon off;
        master_process off;
        pid {{_folder["nginx.pid"]}};
        error_log {{_folder["error.log"]}} info;
        events { worker_connections 8192; }
        http {
          access_log {{_folder["access.log"]}};
          default_type application/octet-stream;
          sendfile on;
          keepalive_requests 10000000;
          keepalive_timeout 300s;
          client_max_body_size 0;
          {{NginxFiles.Of(_folder)}}
          server {
            listen {{EndPoint}} backlog=4096;
            root {{_folder["www"]}};
            location = /name { return 200 "{{_name}}"; }
            location /put/ { dav_methods PUT; }
          }
        }
        """;
}
