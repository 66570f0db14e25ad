using Argus.Tests;
using Argus.Web.Queue;
using Xunit;

namespace Argus.Web.Tests;

/// <summary>Two versions of the program on one queue.</summary>
public class SchemaTests
{
    // As version 1 made it, before tables had a number.
    private const string Version1 = """
        CREATE TABLE analyses (
            id text PRIMARY KEY, name text NOT NULL, owner text, bytes bigint NOT NULL, sha256 text NOT NULL,
            duration_seconds double precision NOT NULL,
            state text NOT NULL, progress double precision NOT NULL DEFAULT 0, attempts bigint NOT NULL DEFAULT 0,
            created_at bigint NOT NULL, started_at bigint, finished_at bigint, worker text,
            lease_until bigint NOT NULL DEFAULT 0,
            error text, verdict text, probability double precision, result text);
        CREATE TABLE api_keys (name text PRIMARY KEY, hash text NOT NULL UNIQUE, created_at bigint NOT NULL);
        """;

    private const string AddedByVersion1 =
        "INSERT INTO analyses (id, name, bytes, sha256, duration_seconds, state, created_at) "
        + "VALUES ('old', 'old.mp4', 1, '00', 1, 'queued', 1)";

    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);

    [Fact]
    public async Task SQLite_is_migrated_shared_and_guarded()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        await PromisesAsync(() => Database.OpenAsync(null, folder.Path, CancellationToken.None));
    }

    [Fact]
    public async Task PostgreSQL_is_migrated_shared_and_guarded()
    {
        if (PostgresServer.FindObstacle() is { } obstacle)
            Assert.Skip(obstacle);
        using var server = PostgresServer.Start();
        await PromisesAsync(() => Database.OpenAsync(server.ConnectionString, "", CancellationToken.None));
    }

    private static async Task PromisesAsync(Func<Task<Database>> openAsync)
    {
        // What version 1 left is taken over, and what a process of it adds while both run is judged.
        await using (var database = await openAsync())
        {
            await database.ExecuteAsync(
                "DROP TABLE argus_schema; DROP TABLE analyses; DROP TABLE api_keys; " + Version1
            );
            await database.ExecuteAsync(AddedByVersion1);
        }
        await using (var database = await openAsync())
        {
            var store = new AnalysisStore(database);
            Assert.Equal("old", (await store.ClaimAsync("new worker", Lease))?.Id);
            await database.ExecuteAsync(AddedByVersion1.Replace("'old'", "'older'"));
            Assert.Equal("older", (await store.ClaimAsync("new worker", Lease))?.Id);

            // What a newer version adds waits for a worker of that version.
            await database.ExecuteAsync(AddedByVersion1.Replace("'old'", "'newer'"));
            await database.ExecuteAsync($"UPDATE analyses SET format = {Schema.RowFormat + 1} WHERE id = 'newer'");
            Assert.Null(await store.ClaimAsync("worker", Lease));
            Assert.Equal(1, (await store.CountAsync()).Queued);

            // A newer version that only added to the tables leaves this one at work, and stays as it is.
            await database.ExecuteAsync("UPDATE argus_schema SET version = 99");
        }
        await using (var database = await openAsync())
        {
            Assert.Equal(99, await database.FirstAsync<long>("SELECT version FROM argus_schema"));
            await database.ExecuteAsync("UPDATE argus_schema SET oldest_reader = 98");
        }
        var error = await Assert.ThrowsAsync<RequestException>(openAsync);
        Assert.Contains("are of version 99, and only programs from version 98 on", error.Message);
    }
}
