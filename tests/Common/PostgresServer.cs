using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Argus.Tests;

/// <summary>
/// A real PostgreSQL in a folder of its own. It refuses to run as root, so then it runs as the user that Debian's
/// package made.
/// </summary>
internal sealed class PostgresServer : IDisposable
{
    private readonly TemporaryFolder folder;
    private readonly string programs;
    private readonly int port;

    private PostgresServer(TemporaryFolder folder, string programs, int port)
    {
        this.folder = folder;
        this.programs = programs;
        this.port = port;
    }

    public string ConnectionString => $"Host=127.0.0.1;Port={port};Username=argus;Database=postgres;Timeout=60";

    /// <summary>Why none can be started here; null: one can.</summary>
    public static string? FindObstacle() =>
        FindPrograms() is null ? "PostgreSQL is not installed (Debian, Ubuntu: apt-get install postgresql)"
        : Environment.UserName == "root"
        && !File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal))
            ? "PostgreSQL does not run as root, and there is no user 'postgres'"
        : null;

    private static string? FindPrograms() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .GetDirectories("/usr/lib/postgresql")
                .Select(version => Path.Combine(version, "bin"))
                .Where(bin => File.Exists(Path.Combine(bin, "initdb")))
                .Order(StringComparer.Ordinal)
                .LastOrDefault()
            : null;

    /// <summary>Starts one; there must be no obstacle.</summary>
    public static PostgresServer Start()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var server = new PostgresServer(new TemporaryFolder(), FindPrograms()!, port);
        try
        {
            if (Environment.UserName == "root")
                Run("chown", "postgres", server.folder.Path);
            server.AsUser("initdb", "-D", server.folder["db"], "-U", "argus", "-A", "trust", "--no-sync");
            server.Resume();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public void Resume() =>
        AsUser(
            "pg_ctl",
            "-D",
            folder["db"],
            "-w",
            "-t",
            "300",
            "-l",
            folder["log"],
            "-o",
            $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off",
            "start"
        );

    /// <summary>At once, as a crash or a restart of the machine would.</summary>
    public void Stop() => AsUser("pg_ctl", "-D", folder["db"], "-w", "-t", "300", "-m", "immediate", "stop");

    public void Dispose()
    {
        try
        {
            if (File.Exists(folder["db", "postmaster.pid"]))
                Stop();
        }
        finally
        {
            folder.Dispose();
        }
    }

    private void AsUser(string program, params string[] arguments)
    {
        var path = Path.Combine(programs, program);
        if (Environment.UserName == "root")
            Run("runuser", ["-u", "postgres", "--", path, .. arguments]);
        else
            Run(path, arguments);
    }

    private static void Run(string program, params string[] arguments)
    {
        // What the server prints goes to its log; a pipe would stay open as long as it runs.
        using var process = Process.Start(
            new ProcessStartInfo("bash", ["-c", "exec \"$@\" > /dev/null", "bash", program, .. arguments])
            {
                WorkingDirectory = "/",
            }
        )!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}"
            );
    }
}
