using System.Net;
using L4Balancer.Tests.Peers;
using L4Balancer.Tests.Processes;

namespace L4Balancer.Tests.Health;

/// <summary>nginx with answers of several kinds, plain and over TLS, each on a port of its own.</summary>
internal sealed class ProbedNginx : IAsyncDisposable
{
    private readonly string _program = RealProgram.Find("nginx");
    private readonly TempFolder _folder = new();
    private ChildProcess? _child;

    private ProbedNginx(TestCertificate certificate)
    {
        Plain = new IPEndPoint(IPAddress.Loopback, UnusedPort.Next());
        Secured = new IPEndPoint(IPAddress.Loopback, UnusedPort.Next());
        File.WriteAllText(_folder["nginx.conf"], Config(certificate));
    }

    public IPEndPoint Plain { get; }

    public IPEndPoint Secured { get; }

    /// <summary>Waits until its access log has a request: method, host, path, protocol, agent.</summary>
    public Task LogsAsync(string request) => // Which it writes after it has answered.
        Eventually.TrueAsync(() => File.ReadLines(_folder["access.log"]).Contains(request), $"in the log: {request}");

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<ProbedNginx> StartAsync(TestCertificate certificate)
    {
        ProbedNginx nginx = new(certificate);
        nginx._child = ChildProcess.Start(
            nginx._program,
            ["-p", nginx._folder.Path, "-c", nginx._folder["nginx.conf"], "-e", nginx._folder["error.log"]]);
        await nginx._child.ListensAsync(nginx.Secured);
        return nginx;
    }

    public async ValueTask DisposeAsync()
    {
        if (_child is not null) await _child.DisposeAsync();
        _folder.Dispose();
    }

    private string Config(TestCertificate certificate) =>
        $$"""
        daemon off;
        master_process off;
        pid {{_folder["nginx.pid"]}};
        error_log {{_folder["error.log"]}} info;
        events { worker_connections 1024; }
        http {
          log_format probe "$request_method $http_host $request_uri $server_protocol $http_user_agent";
          access_log {{_folder["access.log"]}} probe;
          {{NginxFiles.Of(_folder)}}
          server {
            listen {{Plain}};
            listen {{Secured}} ssl;
            ssl_certificate {{certificate.CertificateFile}};
            ssl_certificate_key {{certificate.KeyFile}};
            location / { return 200 "all is well here"; }
            location /down { return 503 "closed for today"; }
            location /moved { return 301 http://192.0.2.1/; }
            location /secret { return 401; }
            location /named { if ($http_host != "shop.example.net") { return 404; } return 204; }
          }
        }
        """;
}
