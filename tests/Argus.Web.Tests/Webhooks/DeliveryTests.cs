using System.Collections.Concurrent;
using Argus.Tests;
using Argus.Web.Queue;
using Argus.Web.Tests.Outbound;
using Xunit;

namespace Argus.Web.Tests.Webhooks;

/// <summary>What deliveries must do on both databases, with real receivers.</summary>
public class DeliveryTests
{
    [Fact]
    public async Task Deliveries_in_SQLite_keep_their_promises()
    {
        using var folder = new TemporaryFolder();
        await PromisesAsync(() => Database.OpenAsync(null, folder.Path, CancellationToken.None));
    }

    [Fact]
    public async Task Deliveries_in_PostgreSQL_keep_their_promises()
    {
        if (PostgresServer.FindObstacle() is { } obstacle)
            Assert.Skip(obstacle);
        using var server = PostgresServer.Start();
        await PromisesAsync(() => Database.OpenAsync(server.ConnectionString, "", CancellationToken.None));
    }

    private static async Task PromisesAsync(Func<Task<Database>> openAsync)
    {
        await using var database = await openAsync();
        await OneThatNeverAnswersAsync(database);
        await FailuresAsync(database);
        await DeletionAndDrainAsync(database);
        await using var second = await openAsync();
        await TwoProcessesAsync(database, second);
        Assert.Empty((await new AuditLog(database).CheckAsync(null)).Problems);
    }

    private static async Task OneThatNeverAnswersAsync(Database database)
    {
        using var end = new CancellationTokenSource();
        await using var silent = await OtherServer.StartAsync(async http =>
            await Task.Delay(Timeout.Infinite, end.Token).ContinueWith(_ => { }, TaskScheduler.Default)
        );
        await using var good = await OtherServer.StartAsync(204);
        var waiting = new List<string>();
        for (var i = 0; i < 20; i++)
            waiting.Add(await DeliveringProcess.AddEndedAsync(database, silent.Address));
        // Nothing is told before its end.
        var last = await DeliveringProcess.AddAsync(database, good.Address);
        await using (var process = new DeliveringProcess(database, [silent.Peer, good.Peer]))
        {
            await RunningService.UntilAsync(() => Task.FromResult(silent.Requests.Count >= 4));
            Assert.Empty(good.Requests);
            await DeliveringProcess.EndAsync(database, last);
            var told = await DeliveringProcess.WaitAsync(database, last, DeliveringProcess.IsDelivered);
            Assert.Equal((1, 204L, null), (told.Attempts, told.LastStatus, told.LastError));
            var retried = await DeliveringProcess.WaitAsync(database, waiting[0], row => row.LastError is not null);
            Assert.Equal("It did not answer within 10 seconds.", retried.LastError);
            Assert.Equal("waiting", retried.State);
        }
        await end.CancelAsync();
        await ForgetAsync(database);
    }

    private static async Task FailuresAsync(Database database)
    {
        await using var other = await OtherServer.StartAsync(200);
        await using var redirecting = await OtherServer.StartAsync(http =>
        {
            http.Response.Redirect(
                $"{http.Request.Path}" switch
                {
                    "/itself" => "/itself",
                    "/other" => other.Address.AbsoluteUri,
                    _ => "http://169.254.169.254/latest/meta-data/",
                }
            );
            return Task.CompletedTask;
        });
        await using var gone = await OtherServer.StartAsync(410);
        await using var broken = await OtherServer.StartAsync(500);
        await using var process = new DeliveringProcess(
            database,
            [redirecting.Peer, gone.Peer, broken.Peer, "127.0.0.1:1", $"localhost:{other.Port}", "nowhere.invalid"],
            [redirecting.Peer, gone.Peer, broken.Peer, "127.0.0.1:1"]
        );
        async Task<string?> ErrorAsync(Uri address)
        {
            var id = await DeliveringProcess.AddEndedAsync(database, address);
            return (await DeliveringProcess.WaitAsync(database, id, row => row.LastError is not null)).LastError;
        }
        foreach (var path in new[] { "itself", "other", "metadata" })
            Assert.Equal(
                "It answered 302, a redirect; those are not followed.",
                await ErrorAsync(new Uri(redirecting.Address, path))
            );
        Assert.Equal(
            "localhost has an address that is not of the public internet (loopback).",
            await ErrorAsync(new Uri($"http://localhost:{other.Port}/"))
        );
        Assert.Empty(other.Requests);
        Assert.Equal("It cannot be connected to.", await ErrorAsync(new Uri("http://127.0.0.1:1/")));
        Assert.Equal("Its name cannot be resolved.", await ErrorAsync(new Uri("http://nowhere.invalid/")));
        // What another process allowed and this one does not.
        Assert.Equal(
            "--webhook-host does not allow the host media.example.",
            await ErrorAsync(new Uri("http://media.example/"))
        );

        var refused = await DeliveringProcess.AddEndedAsync(database, gone.Address);
        var ended = await DeliveringProcess.WaitAsync(database, refused, row => row.State == "given_up");
        Assert.Equal((1, 410L), (ended.Attempts, ended.LastStatus));

        var failing = await DeliveringProcess.AddEndedAsync(database, broken.Address);
        for (var attempt = 1; attempt < 8; attempt++)
        {
            var row = await DeliveringProcess.WaitAsync(
                database,
                failing,
                row => row.Attempts == attempt && row.LastStatus == 500
            );
            Assert.Equal("waiting", row.State);
            await database.ExecuteAsync(
                "UPDATE deliveries SET next_attempt_at = 0, last_status = NULL WHERE analysis = @failing",
                new { failing }
            );
        }
        var last = await DeliveringProcess.WaitAsync(database, failing, row => row.State == "given_up");
        Assert.Equal((8, "It answered 500."), (last.Attempts, last.LastError));
        Assert.Single(broken.Requests.Select(request => request.Headers["webhook-id"]).Distinct());
        var entries = new List<AuditEntry>();
        await foreach (var entry in new AuditLog(database).ReadAsync())
            entries.Add(entry);
        var given = entries.Last(entry => entry.Event == AuditEvent.WebhookGivenUp);
        Assert.Equal((failing, "ab"), (given.Analysis, given.FileSha256));
        Assert.Equal($"{last.Id} to {broken.Peer}, attempt 8: It answered 500.", given.Details);
        await ForgetAsync(database);
    }

    private static async Task DeletionAndDrainAsync(Database database)
    {
        var hold = new TaskCompletionSource();
        await using var server = await OtherServer.StartAsync(_ => hold.Task);
        var store = new AnalysisStore(database);
        // A deleted analysis is told to nobody, whoever deleted it.
        var deleted = await DeliveringProcess.AddEndedAsync(database, server.Address);
        Assert.True(await store.DeleteAsync(deleted, null));
        Assert.Null(await new DeliveryStore(database).FindAsync(deleted));
        var older = await DeliveringProcess.AddEndedAsync(database, server.Address);
        await database.ExecuteAsync("DELETE FROM analyses");
        var first = await DeliveringProcess.AddEndedAsync(database, server.Address);
        await using (var process = new DeliveringProcess(database, [server.Peer]))
        {
            await RunningService.UntilAsync(() => Task.FromResult(server.Requests.Count == 1));
            var draining = process.DrainAsync();
            var later = await DeliveringProcess.AddEndedAsync(database, server.Address);
            hold.SetResult();
            await draining;
            Assert.True(DeliveringProcess.IsDelivered((await new DeliveryStore(database).FindAsync(first))!));
            var waiting = (await new DeliveryStore(database).FindAsync(later))!;
            Assert.Equal(("waiting", 0), (waiting.State, waiting.Attempts));
            Assert.NotNull(await new DeliveryStore(database).FindAsync(older));
            await new DeliveryStore(database).ForgetAsync();
            Assert.Null(await new DeliveryStore(database).FindAsync(older));
            await using var next = new DeliveringProcess(database, [server.Peer]);
            await DeliveringProcess.WaitAsync(database, later, DeliveringProcess.IsDelivered);
        }
        Assert.Equal(2, server.Requests.Count);
    }

    private static async Task TwoProcessesAsync(params Database[] databases)
    {
        var arrived = new ConcurrentBag<string>();
        await using var server = await OtherServer.StartAsync(http =>
        {
            arrived.Add($"{http.Request.Headers["webhook-id"]}");
            return Task.CompletedTask;
        });
        var ids = new List<string>();
        for (var i = 0; i < 30; i++)
            ids.Add(await DeliveringProcess.AddEndedAsync(databases[0], server.Address));
        await using var first = new DeliveringProcess(databases[0], [server.Peer]);
        await using var second = new DeliveringProcess(databases[1], [server.Peer]);
        foreach (var id in ids)
            await DeliveringProcess.WaitAsync(databases[0], id, DeliveringProcess.IsDelivered);
        Assert.Equal(30, arrived.Distinct().Count());
        Assert.Equal(30, arrived.Count);
    }

    private static Task<int> ForgetAsync(Database database) =>
        database.ExecuteAsync("DELETE FROM analyses; DELETE FROM deliveries");
}
