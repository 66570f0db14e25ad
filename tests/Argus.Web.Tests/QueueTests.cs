using System.Net;
using Argus.Detection;
using Argus.Tests;
using Argus.Web.Queue;
using Xunit;

namespace Argus.Web.Tests;

/// <summary>What both databases must do, and what only several processes on one PostgreSQL do.</summary>
public class QueueTests(Material material)
{
    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);
    private static readonly TimeSpan Lapsed = TimeSpan.FromMilliseconds(-1);
    private static readonly Analysis Nothing = new("a.mp4", 1, 0.25, null, Verdict.Real, true, []);

    [Fact]
    public async Task The_queue_in_SQLite_keeps_its_promises()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        await using var database = await Database.OpenAsync(null, folder.Path, CancellationToken.None);
        await PromisesAsync(database);
    }

    [Fact]
    public async Task The_queue_in_PostgreSQL_keeps_its_promises()
    {
        if (PostgresServer.FindObstacle() is { } obstacle)
            Assert.Skip(obstacle);
        using var server = PostgresServer.Start();
        // Several processes that start at once make the tables once.
        var opened = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => Database.OpenAsync(server.ConnectionString, "", CancellationToken.None))
        );
        await PromisesAsync(opened[0]);
        foreach (var database in opened)
            await database.DisposeAsync();
    }

    private static async Task PromisesAsync(Database database)
    {
        var store = new AnalysisStore(database);
        var started = DateTimeOffset.UtcNow;
        var added = 0;
        async Task<string> Add(string? owner = null)
        {
            var id = $"{++added:x32}"; // of one millisecond the smallest id comes first
            Assert.Equal(
                id,
                (
                    await store.AddAsync(
                        new AnalysisRow
                        {
                            Id = id,
                            Name = "ü \"x\".mp4",
                            Owner = owner,
                            Bytes = 5_000_000_000,
                            Sha256 = "00",
                            DurationSeconds = 1.5,
                        },
                        1000
                    )
                )?.Id
            );
            return id;
        }

        // Not more than may wait.
        Assert.Null(
            await store.AddAsync(
                new AnalysisRow
                {
                    Id = "x",
                    Name = "x",
                    Sha256 = "00",
                },
                0
            )
        );

        // Many hands at once: each video goes to one of them.
        var ids = new List<string>();
        for (var i = 0; i < 30; i++)
            ids.Add(await Add());
        var claimed = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(i => Task.Run(() => store.ClaimAsync($"worker {i}", Lease)))
        );
        Assert.Equal(ids.Order(), claimed.Where(row => row is not null).Select(row => row!.Id).Order());
        Assert.Equal(new QueueCounts(0, 30), await store.CountAsync());
        for (var i = 0; i < 40; i++)
        {
            if (claimed[i] is { } row)
                Assert.True(await store.FinishAsync(row.Id, $"worker {i}", Nothing));
        }
        var done = (await store.FindAsync(ids[0], null, result: true))!;
        Assert.Equal(
            (AnalysisState.Done, "real", 0.25, "ü \"x\".mp4", 5_000_000_000, 1.5),
            (done.State, done.Verdict, done.Probability, done.Name, done.Bytes, done.DurationSeconds)
        );
        Assert.Equal(1.0, done.Progress);
        Assert.NotNull(done.Result);
        Assert.InRange(
            done.CreatedAt,
            started.AddMinutes(-5).ToUnixTimeMilliseconds(),
            DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeMilliseconds()
        );

        // A worker falls silent; another takes over; the first one's answer is refused.
        var first = await Add();
        var second = await Add();
        Assert.Equal(first, (await store.ClaimAsync("slow", Lapsed))!.Id);
        Assert.Equal(1, await store.CountBeforeAsync((await store.FindAsync(second, null))!));
        Assert.Equal(first, (await store.ClaimAsync("next", Lease))!.Id);
        Assert.False(await store.RenewAsync(first, "slow", 0.5, Lease));
        Assert.False(await store.FinishAsync(first, "slow", Nothing));
        Assert.False(await store.FailAsync(first, "slow", "no"));
        Assert.True(await store.RenewAsync(first, "next", 0.5, Lease));
        Assert.Equal(0.5, (await store.FindAsync(first, null))!.Progress);

        // Given back it is not begun; three silent workers and it is given up.
        await store.ReleaseAsync(first, "next");
        Assert.Equal(1, (await store.FindAsync(first, null))!.Attempts);
        for (var i = 0; i < AnalysisStore.MostAttempts - 1; i++)
            Assert.Equal(first, (await store.ClaimAsync($"silent {i}", Lapsed))!.Id);
        Assert.Equal(second, (await store.ClaimAsync("careful", Lease))!.Id);
        Assert.Equal([first], (await store.GiveUpAsync()).Select(row => row.Id));
        Assert.Equal(AnalysisState.Failed, (await store.FindAsync(first, null))!.State);
        Assert.Null(await store.ClaimAsync("careful", Lease));
        Assert.True(await store.FailAsync(second, "careful", "a reason"));
        Assert.Equal("a reason", (await store.FindAsync(second, null))!.Error);

        // Owners, pages, deletion, expiry.
        var own = await Add("anna");
        var other = await Add("ben");
        Assert.Null(await store.FindAsync(other, "anna"));
        Assert.False(await store.DeleteAsync(other, "anna"));
        Assert.Equal([own], (await store.ListAsync("anna", null, 10)).Select(row => row.Id));
        var all = (await store.ListAsync(null, null, 100)).Select(row => row.Id).ToList();
        Assert.Equal(34, all.Count);
        var pages = new List<string>();
        while (pages.Count < 34)
            pages.AddRange((await store.ListAsync(null, pages.LastOrDefault(), 10)).Select(row => row.Id));
        Assert.Equal(all, pages);
        Assert.True(await store.DeleteAsync(own, "anna"));
        Assert.Empty(await store.ExpireAsync(TimeSpan.FromHours(1)));
        Assert.Equal(32, (await store.ExpireAsync(TimeSpan.FromSeconds(-1))).Count);
        Assert.Equal([other], (await store.ListAsync(null, null, 100)).Select(row => row.Id));

        var keys = new ApiKeys(database);
        var key = await keys.AddAsync("anna");
        Assert.Equal("anna", await keys.FindAsync(key));
        Assert.Null(await keys.FindAsync(key + "x"));
        await Assert.ThrowsAsync<RequestException>(() => keys.AddAsync("anna"));
        Assert.Equal("anna", Assert.Single(await keys.ListAsync()).Name);
        await keys.RemoveAsync("anna");
        Assert.Null(await keys.FindAsync(key));
    }

    [Fact]
    public async Task Two_processes_share_a_PostgreSQL_queue_that_restarts_in_mid_work()
    {
        if (PostgresServer.FindObstacle() is { } obstacle)
            Assert.Skip(obstacle);
        using var server = PostgresServer.Start();
        using var folder = new TemporaryFolder();
        string[] shared = ["--database", server.ConnectionString, "--lease-seconds", "5"];
        // One only takes in, the other only works.
        using var door = await RunningService.StartAsync(material, folder, null, [.. shared, "--workers", "0"]);
        var ids = new List<string>();
        for (var i = 0; i < 4; i++)
            ids.Add(await door.SendAsync(material.Video));
        await door.HealthyAsync();
        Assert.Equal(4, (await door.GetAsync("/healthz")).GetProperty("queued").GetInt32());
        var gate = new Gate(folder);
        gate.Hold();
        using var worker = await RunningService.StartAsync(material, folder, gate.Shell, shared);
        await RunningService.UntilAsync(() => Task.FromResult(gate.Begun(ids[0]) == 1));

        server.Stop();
        using (var down = await door.Client.GetAsync("/healthz"))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, down.StatusCode);
        using (var refused = await door.Client.PostAsync("/v1/analyses", RunningService.Form(material.Video)))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        server.Resume();
        gate.Open();

        foreach (var id in ids)
            Assert.Equal("done", (await door.WaitAsync(id, "done", "failed")).GetProperty("state").GetString());
        Assert.Equal(4, (await door.GetAsync("/v1/analyses")).GetArrayLength());
        await door.NoFilesAsync();
        await worker.CountedAsync("argus_analyses_total{outcome=\"undecided\"} 4");
    }
}
