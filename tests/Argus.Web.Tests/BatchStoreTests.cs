using Argus.Detection;
using Argus.Tests;
using Argus.Web.Queue;
using Argus.Web.Tests.Outbound;
using Argus.Web.Tests.Webhooks;
using Xunit;

namespace Argus.Web.Tests;

/// <summary>What batches must do in both databases.</summary>
public class BatchStoreTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);
    private static readonly Analysis Nothing = new("a.mp4", 1, 0.25, null, Verdict.Real, true, []);

    [Fact]
    public async Task Batches_in_SQLite_keep_their_promises()
    {
        using var folder = new TemporaryFolder();
        await using var database = await Database.OpenAsync(null, folder.Path, CancellationToken.None);
        await PromisesAsync(database);
    }

    [Fact]
    public async Task Batches_in_PostgreSQL_keep_their_promises()
    {
        if (PostgresServer.FindObstacle() is { } obstacle)
            Assert.Skip(obstacle);
        using var server = PostgresServer.Start();
        await using var database = await Database.OpenAsync(server.ConnectionString, "", CancellationToken.None);
        await PromisesAsync(database);
    }

    private static async Task PromisesAsync(Database database)
    {
        await using var receiver = await OtherServer.StartAsync(200);
        var batches = new BatchStore(database);
        var analyses = new AnalysisStore(database);
        var deliveries = new DeliveryStore(database);

        // All or none, and nothing is left of none.
        Assert.Null(await AddAsync(batches, "b0", "anna", 3, most: 2, webhook: receiver.Address));
        Assert.Null(await batches.FindAsync("b0", null));
        Assert.Equal(0, (await analyses.CountAsync()).Queued);
        Assert.Empty(await batches.ListAsync("b0"));
        Assert.Null(await deliveries.FindAsync("b0"));

        var added = (await AddAsync(batches, "b1", "anna", 3, most: 3, webhook: receiver.Address))!;
        Assert.Equal(["b1-0", "b1-1", "b1-2"], added.Select(row => row.Id));
        Assert.Equal(added.Select(row => row.Id), (await batches.ListAsync("b1")).Select(row => row.Id));
        Assert.Null(await batches.FindAsync("b1", "ben"));
        Assert.Empty(await batches.DeleteAsync("b1", "ben"));
        Assert.Equal("no.mp4", Assert.Single((await batches.FindAsync("b1", "anna"))!.ParseRefused()).Name);

        await using (var process = new DeliveringProcess(database, [receiver.Peer]))
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal($"b1-{i}", (await analyses.ClaimAsync("w", Lease))!.Id);
                if (i < 2)
                    Assert.True(await analyses.FinishAsync($"b1-{i}", "w", Nothing));
                // What ended is kept until all have.
                Assert.Empty(await analyses.ExpireAsync(TimeSpan.FromSeconds(-1)));
                Assert.Equal(0, (await deliveries.FindAsync("b1"))!.Attempts);
            }
            Assert.Empty(receiver.Requests);
            Assert.True(await analyses.FailAsync("b1-2", "w", "It was broken."));
            await DeliveringProcess.WaitAsync(database, "b1", DeliveringProcess.IsDelivered);
        }
        Assert.Single(receiver.Requests);

        // One of a batch may be deleted; with the last the batch is gone.
        Assert.True(await analyses.DeleteAsync("b1-1", "anna"));
        Assert.Equal(2, (await batches.ListAsync("b1")).Count);
        Assert.Equal(["b1-0", "b1-2"], (await analyses.ExpireAsync(TimeSpan.FromSeconds(-1))).Order());
        Assert.Null(await batches.FindAsync("b1", null));
        await batches.ForgetAsync();
        Assert.Equal(0, await database.FirstAsync<long>("SELECT count(*) FROM batches"));

        Assert.NotNull(await AddAsync(batches, "b2", null, 2, most: 2, webhook: receiver.Address));
        Assert.NotNull(await AddAsync(batches, "b3", null, 1, most: 3, webhook: null));
        Assert.Equal(["b2-0", "b2-1"], (await batches.DeleteAsync("b2", null)).Order());
        Assert.Null(await deliveries.FindAsync("b2"));
        Assert.Equal(1, await database.FirstAsync<long>("SELECT count(*) FROM batches"));
        Assert.Equal("b3-0", Assert.Single(await batches.ListAsync("b3")).Id);
        var log = new List<AuditEntry>();
        await foreach (var entry in new AuditLog(database).ReadAsync())
            log.Add(entry);
        Assert.Equal(
            [AuditEvent.Accepted, AuditEvent.Done, AuditEvent.Expired],
            log.Where(entry => entry.Analysis == "b1-0").Select(entry => entry.Event)
        );
        Assert.Equal("0.mp4; batch b1", log.First(entry => entry.Analysis == "b1-0").Details);
        var delivered = log.Single(entry => entry.Event == AuditEvent.WebhookDelivered);
        Assert.Contains("about batch b1 to", delivered.Details, StringComparison.Ordinal);
        Assert.Empty((await new AuditLog(database).CheckAsync(null)).Problems);
    }

    private static Task<IReadOnlyList<AnalysisRow>?> AddAsync(
        BatchStore batches,
        string id,
        string? owner,
        int count,
        int most,
        Uri? webhook
    ) =>
        batches.AddAsync(
            new BatchRow
            {
                Id = id,
                Owner = owner,
                Refused = BatchRow.ToJson([new RefusedFile(count, "no.mp4", 415, "It is no video.")]),
            },
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i => new AnalysisRow
                    {
                        Id = $"{id}-{i}",
                        Name = $"{i}.mp4",
                        Owner = owner,
                        Sha256 = "ab",
                        Batch = id,
                        BatchPosition = i,
                    }),
            ],
            most,
            webhook is null ? null : DeliveryRow.Create(webhook, null, id)
        );
}
