using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Argus.Tests;
using Xunit;

namespace Argus.Web.Tests;

/// <summary>
/// A real nginx with TLS in front of a service, with the lines of docs/serving.md, in a folder of its own.
/// </summary>
internal sealed class NginxServer : IDisposable
{
    /// <summary>The name that the proxy is reached by.</summary>
    public const string HostName = "argus.test";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly Process process;

    private NginxServer(Process process, int port, X509Certificate2 certificate)
    {
        this.process = process;
        Address = new Uri($"https://{HostName}:{port}");
        var handler = new SocketsHttpHandler
        {
            // No name server knows the name.
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, given, _, _) =>
            given?.GetCertHashString() == certificate.GetCertHashString();
        Client = new HttpClient(handler) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>Skips the test, with the reason, where there is none.</summary>
    public static async Task<NginxServer> StartAsync(TemporaryFolder folder, Uri service)
    {
        var program = new[] { "/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx" }.FirstOrDefault(
            File.Exists
        );
        Assert.SkipWhen(program is null, "nginx is not installed (Debian, Ubuntu: apt-get install nginx)");
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var certificate = MakeCertificate(folder);
        var settings = folder.Write("nginx/nginx.conf", Configure(folder["nginx"], port, service));
        var process = Process.Start(
            new ProcessStartInfo(program!, ["-p", folder["nginx"], "-e", folder["nginx", "error.log"], "-c", settings])
        )!;
        var server = new NginxServer(process, port, certificate);
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            try
            {
                (await server.Client.GetAsync("/healthz")).Dispose();
                return server;
            }
            catch (HttpRequestException) when (!process.HasExited && clock.Elapsed < Limit) { }
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        if (!process.HasExited)
            process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private static X509Certificate2 MakeCertificate(TemporaryFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={HostName}", key, HashAlgorithmName.SHA256);
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        folder.Write("nginx/certificate.pem", certificate.ExportCertificatePem());
        folder.Write("nginx/key.pem", key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }

    // One process without workers reads the folder as whoever runs the tests, and needs no other user.
    private static string Configure(string folder, int port, Uri service) =>
        $$"""
            daemon off;
            master_process off;
            pid {{folder}}/pid;
            events { }
            http {
              access_log off;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              server {
                listen 127.0.0.1:{{port}} ssl;
                server_name {{HostName}};
                ssl_certificate {{folder}}/certificate.pem;
                ssl_certificate_key {{folder}}/key.pem;
                client_max_body_size 501m;
                location / {
                  proxy_pass {{service.GetLeftPart(UriPartial.Authority)}};
                  proxy_http_version 1.1;
                  proxy_request_buffering off;
                  proxy_set_header Host $http_host;
                  proxy_set_header X-Forwarded-Host $http_host;
                  proxy_set_header X-Forwarded-Proto $scheme;
                  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                }
              }
            }
            """;
}
