using System.Net;
using System.Security.Cryptography;
using Argus.Cli.Tests;
using Argus.Detection;
using Argus.Tests;
using Argus.Web.Queue;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Argus.Web.Tests;

/// <summary>The log of who did what to which file, retention by key, and originals.</summary>
public class AuditTests(Material material)
{
    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);
    private static readonly Analysis Nothing = new("a.mp4", 1, 0.25, null, Verdict.Real, true, []);

    [Fact]
    public async Task The_log_in_SQLite_records_everything_and_any_change_is_found()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        await using var database = await Database.OpenAsync(null, folder.Path, CancellationToken.None);
        await RecordsAsync(database);
        // The database itself refuses; whoever goes round it is found.
        await using var connection = new SqliteConnection($"Data Source={folder["argus.db"]}");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        async Task Run(string sql)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        await Assert.ThrowsAsync<SqliteException>(() => Run("UPDATE audit SET actor = 'x'"));
        await Assert.ThrowsAsync<SqliteException>(() => Run("DELETE FROM audit"));
        await Run("DROP TRIGGER audit_is_not_changed; UPDATE audit SET actor = 'key:ben' WHERE sequence = 2");
        var check = await new AuditLog(database).CheckAsync(null);
        Assert.Contains("line 2 was altered", Assert.Single(check.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_in_PostgreSQL_records_everything()
    {
        if (PostgresServer.FindObstacle() is { } obstacle)
            Assert.Skip(obstacle);
        using var server = PostgresServer.Start();
        await using var database = await Database.OpenAsync(server.ConnectionString, "", CancellationToken.None);
        await RecordsAsync(database);
        await Assert.ThrowsAnyAsync<Exception>(() => database.ExecuteAsync("DELETE FROM audit"));
        await Assert.ThrowsAnyAsync<Exception>(() => database.ExecuteAsync("UPDATE audit SET actor = 'x'"));
        await TogetherAsync(
            await Database.OpenAsync(server.ConnectionString, "", CancellationToken.None),
            await Database.OpenAsync(server.ConnectionString, "", CancellationToken.None)
        );
    }

    [Fact]
    public async Task Two_processes_on_one_SQLite_write_one_chain()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        await TogetherAsync(
            await Database.OpenAsync(null, folder.Path, CancellationToken.None),
            await Database.OpenAsync(null, folder.Path, CancellationToken.None)
        );
    }

    private static async Task RecordsAsync(Database database)
    {
        var store = new AnalysisStore(database);
        var keys = new ApiKeys(database);
        await keys.AddAsync("anna", keepHours: 2);
        await AddAsync(store, "1", "anna");
        await store.ClaimAsync("w", Lease);
        Assert.True(await store.FinishAsync("1", "w", Nothing));
        // What changes nothing leaves no line.
        Assert.False(await store.FinishAsync("1", "w", Nothing));
        Assert.False(await store.DeleteAsync("1", "ben"));
        await AddAsync(store, "2", null);
        await store.ClaimAsync("w", Lease);
        Assert.True(await store.FailAsync("2", "w", "It was broken."));
        // Anna's key keeps what the service would have deleted.
        Assert.Equal(["2"], await store.ExpireAsync(TimeSpan.FromSeconds(-1)));
        Assert.True(await store.DeleteAsync("1", "anna"));
        await keys.RemoveAsync("anna");

        var log = new AuditLog(database);
        var entries = new List<AuditEntry>();
        await foreach (var entry in log.ReadAsync())
            entries.Add(entry);
        Assert.Equal(
            [
                (AuditEvent.KeyAdded, "operator", null),
                (AuditEvent.Accepted, "key:anna", "1"),
                (AuditEvent.Done, "service", "1"),
                (AuditEvent.Accepted, "anybody", "2"),
                (AuditEvent.Failed, "service", "2"),
                (AuditEvent.Expired, "service", "2"),
                (AuditEvent.Deleted, "key:anna", "1"),
                (AuditEvent.KeyRemoved, "operator", null),
            ],
            entries.Select(entry => (entry.Event, entry.Actor, entry.Analysis))
        );
        Assert.All(entries.Where(entry => entry.Analysis is not null), entry => Assert.Equal("ab", entry.FileSha256));
        Assert.StartsWith("real; result ", entries[2].Details, StringComparison.Ordinal);
        var check = await log.CheckAsync(entries[3].Hash);
        Assert.Empty(check.Problems);
        Assert.Equal((8, entries[^1].Hash), (check.Entries, check.LastHash));
    }

    private static async Task AddAsync(AnalysisStore store, string id, string? owner) =>
        Assert.NotNull(
            await store.AddAsync(
                new AnalysisRow
                {
                    Id = id,
                    Name = $"{id}.mp4",
                    Owner = owner,
                    Bytes = 5,
                    Sha256 = "ab",
                    DurationSeconds = 1,
                },
                1000
            )
        );

    private static async Task TogetherAsync(params Database[] databases)
    {
        var tasks = databases.SelectMany(
            (database, which) =>
                Enumerable
                    .Range(0, 4)
                    .Select(writer =>
                        Task.Run(async () =>
                        {
                            for (var i = 0; i < 15; i++)
                                await AddAsync(new AnalysisStore(database), $"{which}-{writer}-{i}", null);
                        })
                    )
        );
        await Task.WhenAll(tasks);
        var check = await new AuditLog(databases[0]).CheckAsync(null);
        Assert.Empty(check.Problems);
        Assert.True(check.Entries >= 120, $"{check.Entries}");
        foreach (var database in databases)
            await database.DisposeAsync();
    }

    [Fact]
    public async Task An_exported_log_that_is_changed_in_any_way_is_not_intact()
    {
        using var folder = new TemporaryFolder();
        var entries = new List<AuditEntry>();
        for (var i = 1; i <= 6; i++)
            entries.Add(
                new AuditEntry(
                    i,
                    1_700_000_000_000 + (i == 4 ? -5000 : i),
                    "key:anna",
                    AuditEvent.Accepted,
                    $"{i}",
                    "ab",
                    "ä \"x\".mp4",
                    entries.Count > 0 ? entries[^1].Hash! : AuditEntry.Start
                ).Seal()
            );
        List<string> lines = [.. entries.Select(entry => entry.ToLine())];
        async Task<AuditCheck> Check(IEnumerable<string> written, string? last = null) =>
            await AuditLog.CheckAsync(folder.Write("log.jsonl", string.Join('\n', written) + "\n"), last);
        var whole = await Check(lines);
        Assert.Empty(whole.Problems);
        // A clock that went back is no fault of the log.
        Assert.Contains("at line 4 the clock went back by 5.0 s", Assert.Single(whole.Notes), StringComparison.Ordinal);

        // Each member of a line.
        AuditEntry[] altered =
        [
            entries[2] with
            {
                At = entries[2].At + 1,
            },
            entries[2] with
            {
                Actor = "key:ben",
            },
            entries[2] with
            {
                Event = AuditEvent.Deleted,
            },
            entries[2] with
            {
                Analysis = "9",
            },
            entries[2] with
            {
                FileSha256 = "ac",
            },
            entries[2] with
            {
                Details = "",
            },
            entries[2] with
            {
                Previous = entries[0].Hash!,
            },
            entries[2] with
            {
                Hash = entries[1].Hash,
            },
            entries[2] with
            {
                Sequence = 9,
            },
        ];
        foreach (var entry in altered)
            Assert.NotEmpty((await Check(lines.Select((line, i) => i == 2 ? entry.ToLine() : line))).Problems);
        // Sealed anew it does not fit the next.
        Assert.Contains(
            "line 4 does not follow",
            (await Check(lines.Select((line, i) => i == 2 ? altered[1].Seal().ToLine() : line))).Problems[0]
        );
        Assert.NotEmpty((await Check(lines.Where((_, i) => i != 2))).Problems);
        Assert.NotEmpty((await Check(lines.Skip(1))).Problems);
        Assert.NotEmpty((await Check([lines[0], lines[2], lines[1], .. lines[3..]])).Problems);

        // A cut end is only seen by a hash that was noted.
        Assert.Empty((await Check(lines[..4])).Problems);
        Assert.Contains("was cut off", Assert.Single((await Check(lines[..4], whole.LastHash)).Problems));
        await Assert.ThrowsAsync<ArgusException>(() => Check(["no line"]));
    }

    [Fact]
    public async Task A_database_of_an_earlier_version_gets_what_it_lacks()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        await using (var old = new SqliteConnection($"Data Source={folder["argus.db"]};Pooling=False"))
        {
            await old.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = old.CreateCommand();
            command.CommandText = """
                CREATE TABLE analyses (
                    id text PRIMARY KEY, name text NOT NULL, owner text, bytes bigint NOT NULL, sha256 text NOT NULL,
                    duration_seconds double precision NOT NULL,
                    state text NOT NULL, progress double precision NOT NULL DEFAULT 0,
                    attempts bigint NOT NULL DEFAULT 0,
                    created_at bigint NOT NULL, started_at bigint, finished_at bigint, worker text,
                    lease_until bigint NOT NULL DEFAULT 0,
                    error text, verdict text, probability double precision, result text);
                CREATE TABLE api_keys (name text PRIMARY KEY, hash text NOT NULL UNIQUE, created_at bigint NOT NULL);
                INSERT INTO analyses (id, name, bytes, sha256, duration_seconds, state, created_at)
                    VALUES ('1', 'a.mp4', 5, 'ab', 1, 'queued', 1);
                INSERT INTO api_keys VALUES ('anna', 'h', 1);
                """;
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        await using var database = await Database.OpenAsync(null, folder.Path, CancellationToken.None);
        Assert.False((await new AnalysisStore(database).FindAsync("1", null))!.KeepOriginal);
        Assert.Null(Assert.Single(await new ApiKeys(database).ListAsync()).KeepHours);
        Assert.True(await new AnalysisStore(database).DeleteAsync("1", null));
        Assert.Equal(1, (await new AuditLog(database).CheckAsync(null)).Entries);
    }

    [Fact]
    public async Task An_original_is_kept_on_request_and_given_out_only_as_it_came()
    {
        using var folder = new TemporaryFolder();
        using (var careless = await RunningService.StartAsync(material, folder))
        {
            using var refused = await careless.Client.PostAsync(
                "/v1/analyses?keep_original=true",
                RunningService.Form(material.Video)
            );
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            await careless.StopAsync();
        }
        using var service = await RunningService.StartAsync(material, folder, null, "--keep-originals");
        var plain = await service.SendAsync(material.Video);
        using var answer = await service.Client.PostAsync(
            "/v1/analyses?keep_original=true",
            RunningService.Form(material.Video)
        );
        var id = (await service.GetAsync("/v1/analyses"))[0].GetProperty("id").GetString()!;
        await service.WaitAsync(plain, "done");
        var done = await service.WaitAsync(id, "done");
        Assert.True(done.GetProperty("keeps_original").GetBoolean());
        await service.NoFilesAsync();
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await service.Client.GetAsync($"/v1/analyses/{plain}/original")).StatusCode
        );
        var given = await service.Client.GetByteArrayAsync($"/v1/analyses/{id}/original");
        Assert.Equal(await File.ReadAllBytesAsync(material.Video, TestContext.Current.CancellationToken), given);
        Assert.Contains(
            "P(fake)",
            await service.Client.GetStringAsync($"/v1/analyses/{id}/report"),
            StringComparison.Ordinal
        );

        var kept = Path.Combine(service.Data, "originals", id);
        File.SetAttributes(kept, FileAttributes.Normal);
        given[^1] ^= 1;
        await File.WriteAllBytesAsync(kept, given, TestContext.Current.CancellationToken);
        using (var broken = await service.Client.GetAsync($"/v1/analyses/{id}/original"))
            Assert.Equal(HttpStatusCode.Conflict, broken.StatusCode);
        (await service.Client.DeleteAsync($"/v1/analyses/{id}")).EnsureSuccessStatusCode();
        Assert.False(File.Exists(kept));

        var exported = await ArgusProcess.RunAsync(folder.Path, "audit", "export", "--data", "data", "--out", "log");
        Assert.True(exported.ExitCode == 0, exported.Error);
        var entries = (await File.ReadAllLinesAsync(folder["log"])).Select(AuditEntry.Parse).ToList();
        Assert.Equal(
            [
                AuditEvent.Accepted,
                AuditEvent.Done,
                AuditEvent.OriginalRead,
                AuditEvent.ReportRead,
                AuditEvent.SealBroken,
                AuditEvent.Deleted,
            ],
            entries.Where(entry => entry.Analysis == id).Select(entry => entry.Event)
        );
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(material.Video)));
        Assert.All(entries, entry => Assert.Equal(hash, entry.FileSha256));

        var intact = await ArgusProcess.RunAsync(folder.Path, "audit", "verify", "log", "--last", entries[^1].Hash!);
        Assert.True(intact.ExitCode == 0, intact.Output);
        Assert.Contains($"{entries.Count} lines, intact", intact.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await ArgusProcess.RunAsync(folder.Path, "audit", "verify", "--data", "data")).ExitCode);
        await File.WriteAllTextAsync(
            folder["log"],
            (await File.ReadAllTextAsync(folder["log"])).Replace("anybody", "nobody")
        );
        var altered = await ArgusProcess.RunAsync(folder.Path, "audit", "verify", "log");
        Assert.Equal(1, altered.ExitCode);
        Assert.Contains("line 1 was altered", altered.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await ArgusProcess.RunAsync(folder.Path, "audit", "verify", "none")).ExitCode);
        Assert.Equal(2, (await ArgusProcess.RunAsync(folder.Path, "audit", "verify", "--data", "none")).ExitCode);
    }
}
