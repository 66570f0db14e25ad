using System.Text.Json;
using Argus.Detection;

namespace Argus.Web.Queue;

/// <summary>
/// Analyses as rows: <c>queued</c>, <c>running</c> under a worker's lease, then <c>done</c> or <c>failed</c>. Whoever
/// holds the lease may write; a lease that was not renewed in time is anybody's. So a worker that died loses its video,
/// and one that was only slow finds its answer refused.
/// </summary>
public sealed class AnalysisStore(Database database)
{
    /// <summary>A video that ended so many workers is left alone.</summary>
    public const int MostAttempts = 3;

    private const string Columns =
        "id, name, owner, bytes, sha256, duration_seconds, state, progress, attempts, created_at, started_at, "
        + "finished_at, error, verdict, probability";
    private const string Mine = "id = @id AND worker = @worker AND state = 'running'";
    private const string Owned = "(CAST(@owner AS text) IS NULL OR owner = CAST(@owner AS text))";

    /// <returns>The row as it is kept; null: so many wait already.</returns>
    public Task<AnalysisRow?> AddAsync(AnalysisRow row, int most) =>
        database.FirstAsync<AnalysisRow>(
            $"""
            INSERT INTO analyses (id, name, owner, bytes, sha256, duration_seconds, state, created_at)
            SELECT @Id, @Name, CAST(@Owner AS text), @Bytes, @Sha256, @DurationSeconds, 'queued', {database.Now}
            WHERE (SELECT count(*) FROM analyses WHERE state = 'queued') < @most
            RETURNING {Columns}
            """,
            new
            {
                row.Id,
                row.Name,
                row.Owner,
                row.Bytes,
                row.Sha256,
                row.DurationSeconds,
                most,
            }
        );

    /// <param name="owner">Null: whoever it belongs to.</param>
    public Task<AnalysisRow?> FindAsync(string id, string? owner, bool result = false) =>
        database.FirstAsync<AnalysisRow>(
            $"SELECT {Columns}{(result ? ", result" : "")} FROM analyses WHERE id = @id AND {Owned}",
            new { id, owner }
        );

    /// <summary>The newest first.</summary>
    /// <param name="before">The last of the page before.</param>
    public Task<IReadOnlyList<AnalysisRow>> ListAsync(string? owner, string? before, int limit) =>
        database.ListAsync<AnalysisRow>(
            $"SELECT {Columns} FROM analyses WHERE {Owned} AND (CAST(@before AS text) IS NULL OR (created_at, "
                + "id) < (SELECT created_at, id FROM analyses WHERE id = @before)) ORDER BY created_at DESC, id "
                + "DESC LIMIT @limit",
            new
            {
                owner,
                before,
                limit,
            }
        );

    /// <summary>How many are looked at before it.</summary>
    public Task<int> BeforeAsync(AnalysisRow row) =>
        database.FirstAsync<int>(
            "SELECT count(*) FROM analyses WHERE state = 'running' OR (state = 'queued' AND (created_at, id) "
                + "< (@CreatedAt, @Id))",
            row
        );

    public async Task<(int Queued, int Running)> CountAsync()
    {
        var counts = (
            await database.ListAsync<(string State, long Count)>(
                "SELECT state, count(*) FROM analyses WHERE state IN ('queued', 'running') GROUP BY state"
            )
        ).ToDictionary(row => row.State, row => (int)row.Count);
        return (counts.GetValueOrDefault("queued"), counts.GetValueOrDefault("running"));
    }

    /// <summary>Takes the one that waits longest, or one whose worker is silent.</summary>
    public Task<AnalysisRow?> ClaimAsync(string worker, TimeSpan lease) =>
        database.FirstAsync<AnalysisRow>(
            $"""
            UPDATE analyses SET
                state = 'running', worker = @worker, lease_until = {database.Now} + @lease,
                started_at = {database.Now}, attempts = attempts + 1, progress = 0
            WHERE id = (
                SELECT id FROM analyses
                WHERE state = 'queued'
                    OR (state = 'running' AND lease_until < {database.Now} AND attempts < {MostAttempts})
                ORDER BY created_at, id LIMIT 1 {database.SkipLocked})
            RETURNING {Columns}
            """,
            new { worker, lease = (long)lease.TotalMilliseconds }
        );

    /// <returns>False: it is this worker's no longer.</returns>
    public async Task<bool> RenewAsync(string id, string worker, double progress, TimeSpan lease) =>
        await database.ExecuteAsync(
            $"UPDATE analyses SET progress = @progress, lease_until = {database.Now} + @lease WHERE {Mine}",
            new
            {
                id,
                worker,
                progress,
                lease = (long)lease.TotalMilliseconds,
            }
        ) > 0;

    /// <returns>False: it is this worker's no longer, and the answer was not written.</returns>
    public async Task<bool> FinishAsync(string id, string worker, Analysis analysis) =>
        await database.ExecuteAsync(
            $"UPDATE analyses SET state = 'done', progress = 1, worker = NULL, finished_at = {database.Now}, "
                + $"verdict = @verdict, probability = @Probability, result = @result WHERE {Mine}",
            new
            {
                id,
                worker,
                verdict = JsonNamingPolicy.SnakeCaseLower.ConvertName($"{analysis.Verdict}"),
                analysis.Probability,
                result = JsonSerializer.Serialize(analysis, DetectionReport.JsonWithPictures),
            }
        ) > 0;

    public async Task<bool> FailAsync(string id, string worker, string error) =>
        await database.ExecuteAsync(
            $"UPDATE analyses SET state = 'failed', worker = NULL, finished_at = {database.Now}, error = "
                + $"@error WHERE {Mine}",
            new
            {
                id,
                worker,
                error,
            }
        ) > 0;

    /// <summary>Gives one back that was not to blame, as if it had not been begun.</summary>
    public Task ReleaseAsync(string id, string worker) =>
        database.ExecuteAsync(
            $"UPDATE analyses SET state = 'queued', worker = NULL, progress = 0, attempts = attempts - 1 WHERE {Mine}",
            new { id, worker }
        );

    /// <returns>Those that were given up just now: their workers fell silent too often.</returns>
    public Task<IReadOnlyList<string>> GiveUpAsync() =>
        database.ListAsync<string>(
            $"UPDATE analyses SET state = 'failed', worker = NULL, finished_at = {database.Now}, error = 'It "
                + $"ended {MostAttempts} workers that looked at it.' WHERE state = 'running' AND lease_until < "
                + $"{database.Now} AND attempts >= {MostAttempts} RETURNING id"
        );

    public async Task<bool> DeleteAsync(string id, string? owner) =>
        await database.ExecuteAsync($"DELETE FROM analyses WHERE id = @id AND {Owned}", new { id, owner }) > 0;

    /// <summary>Forgets what ended longer ago.</summary>
    public Task<int> ExpireAsync(TimeSpan keep) =>
        database.ExecuteAsync(
            $"DELETE FROM analyses WHERE finished_at < {database.Now} - @keep",
            new { keep = (long)keep.TotalMilliseconds }
        );

    /// <summary>Whether an upload still waits for its answer.</summary>
    public async Task<bool> WaitsAsync(string id) =>
        await database.FirstAsync<string>(
            "SELECT id FROM analyses WHERE id = @id AND state IN ('queued', 'running')",
            new { id }
        )
            is not null;
}
