using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Argus.Detection;

namespace Argus.Web.Queue;

/// <summary>
/// The analyses as rows of the database. A row is <c>queued</c>, then <c>running</c> under a worker's lease, then
/// <c>done</c> or <c>failed</c>. Only the holder of the lease may write a running row, and a lease that was not renewed
/// in time is free for anybody. So a worker that died loses its video, and one that was only slow finds its answer
/// refused.
/// </summary>
/// <param name="database">The database that all processes of the service share.</param>
internal sealed class AnalysisStore(Database database)
{
    /// <summary>The number of attempts after which a video that ended its workers is left alone.</summary>
    public const int MostAttempts = 3;

    private readonly DeliveryStore deliveries = new(database);

    /// <summary>The columns of a row without its result.</summary>
    public const string Columns =
        "id, name, owner, bytes, sha256, duration_seconds, state, progress, attempts, created_at, started_at, "
        + "finished_at, error, verdict, probability, keep_original, trace_parent, batch, batch_position";
    private const string IsHeldByWorker = "id = @id AND worker = @worker AND state = 'running'";

    // The analyses of a batch end together, with the last of them.
    private const string EndedAt = """
        CASE WHEN batch IS NULL THEN finished_at ELSE (
            SELECT CASE WHEN count(*) = count(one.finished_at) THEN max(one.finished_at) END
            FROM analyses one WHERE one.batch = analyses.batch) END
        """;

    /// <summary>The condition that a row belongs to the parameter <c>owner</c>; null accepts every owner.</summary>
    public const string IsOwned = "(CAST(@owner AS text) IS NULL OR owner = CAST(@owner AS text))";

    /// <summary>Adds an analysis to the queue, unless the queue is full.</summary>
    /// <param name="row">The upload; state and times are set by the database.</param>
    /// <param name="most">The number of analyses that may wait.</param>
    /// <param name="webhook">The message that its end is to send; null for none.</param>
    /// <returns>The row as it is kept; null if the queue is full.</returns>
    public Task<AnalysisRow?> AddAsync(AnalysisRow row, int most, DeliveryRow? webhook = null) =>
        database.TogetherAsync(async transaction =>
        {
            var added = await AddAsync(transaction, row, most);
            if (added is not null && webhook is not null)
                await deliveries.AddAsync(transaction, webhook);
            return added;
        });

    /// <summary>Adds an analysis in a transaction of somebody else's.</summary>
    /// <param name="transaction">That transaction.</param>
    /// <param name="row">The upload; state and times are set by the database.</param>
    /// <param name="most">The number of analyses that may wait.</param>
    /// <returns>The row as it is kept; null if the queue is full.</returns>
    public async Task<AnalysisRow?> AddAsync(DatabaseTransaction transaction, AnalysisRow row, int most)
    {
        var added = await transaction.ChangeAsync<AnalysisRow>(
            $"""
            INSERT INTO analyses (id, name, owner, bytes, sha256, duration_seconds, keep_original, trace_parent, batch,
                batch_position, format, state, created_at)
            SELECT @Id, @Name, CAST(@Owner AS text), @Bytes, @Sha256, @DurationSeconds, @keep,
                CAST(@TraceParent AS text), CAST(@Batch AS text), CAST(@BatchPosition AS bigint), {Schema.RowFormat},
                'queued', {database.Now}
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
                row.TraceParent,
                row.Batch,
                row.BatchPosition,
                keep = row.KeepOriginal ? 1L : 0L,
                most,
            },
            kept => AuditNote.Create(AuditNote.ActorOf(kept.Owner), AuditEvent.Accepted, kept, Describe(row))
        );
        return added.Count > 0 ? added[0] : null;
    }

    private static string Describe(AnalysisRow row) =>
        row.Name
        + (row.Source is { } source ? $"; fetched from {source}" : "")
        + (row.Batch is { } batch ? $"; batch {batch}" : "");

    /// <summary>Finds an analysis by its id.</summary>
    /// <param name="id">The id of the analysis.</param>
    /// <param name="owner">The name of the key that it must belong to; null accepts every owner.</param>
    /// <param name="result">Whether to read the result too, which may be megabytes.</param>
    /// <returns>The row; null if there is none that the owner may see.</returns>
    public Task<AnalysisRow?> FindAsync(string id, string? owner, bool result = false) =>
        database.FirstAsync<AnalysisRow>(
            $"SELECT {Columns}{(result ? ", result" : "")} FROM analyses WHERE id = @id AND {IsOwned}",
            new { id, owner }
        );

    /// <summary>Lists a page of the history, the newest analysis first.</summary>
    /// <param name="owner">The name of the key that they must belong to; null accepts every owner.</param>
    /// <param name="before">The id of the last analysis of the page before; null for the first page.</param>
    /// <param name="limit">The largest number of analyses of a page.</param>
    public Task<IReadOnlyList<AnalysisRow>> ListAsync(string? owner, string? before, int limit) =>
        database.ListAsync<AnalysisRow>(
            $"""
            SELECT {Columns} FROM analyses
            WHERE {IsOwned}
                AND (CAST(@before AS text) IS NULL
                    OR (created_at, id) < (SELECT created_at, id FROM analyses WHERE id = @before))
            ORDER BY created_at DESC, id DESC LIMIT @limit
            """,
            new
            {
                owner,
                before,
                limit,
            }
        );

    /// <summary>Counts the analyses that run or whose turn comes before a waiting one.</summary>
    /// <param name="row">The analysis that waits.</param>
    public Task<int> CountBeforeAsync(AnalysisRow row) =>
        database.FirstAsync<int>(
            """
            SELECT count(*) FROM analyses
            WHERE state = 'running' OR (state = 'queued' AND (created_at, id) < (@CreatedAt, @Id))
            """,
            row
        );

    /// <summary>Counts the analyses that have not ended.</summary>
    public async Task<QueueCounts> CountAsync()
    {
        var rows = await database.ListAsync<(string State, long Count)>(
            "SELECT state, count(*) FROM analyses WHERE state IN ('queued', 'running') GROUP BY state"
        );
        var counts = rows.ToDictionary(row => row.State, row => (int)row.Count);
        return new QueueCounts(counts.GetValueOrDefault("queued"), counts.GetValueOrDefault("running"));
    }

    /// <summary>
    /// Takes the analysis that has waited longest, or one whose worker let its lease lapse, and begins an attempt.
    /// </summary>
    /// <param name="worker">The name of the worker, unique among all processes.</param>
    /// <param name="lease">How long the worker may stay silent.</param>
    /// <returns>The analysis; null if nothing waits.</returns>
    public Task<AnalysisRow?> ClaimAsync(string worker, TimeSpan lease) =>
        database.FirstAsync<AnalysisRow>(
            $"""
            UPDATE analyses SET
                state = 'running', worker = @worker, lease_until = {database.Now} + @lease,
                started_at = {database.Now}, attempts = attempts + 1, progress = 0
            WHERE id = (
                SELECT id FROM analyses
                WHERE format <= {Schema.RowFormat} AND (state = 'queued'
                    OR (state = 'running' AND lease_until < {database.Now} AND attempts < {MostAttempts}))
                ORDER BY created_at, id LIMIT 1 {database.SkipLocked})
            RETURNING {Columns}
            """,
            new { worker, lease = (long)lease.TotalMilliseconds }
        );

    /// <summary>Renews a worker's lease and writes down how far it is.</summary>
    /// <param name="id">The id of the analysis.</param>
    /// <param name="worker">The name of the worker.</param>
    /// <param name="progress">The part of the work that is done, from 0 to 1.</param>
    /// <param name="lease">How long the worker may stay silent from now on.</param>
    /// <returns>False if the analysis is no longer this worker's.</returns>
    public async Task<bool> RenewAsync(string id, string worker, double progress, TimeSpan lease)
    {
        var changed = await database.ExecuteAsync(
            $"""
            UPDATE analyses SET progress = @progress, lease_until = {database.Now} + @lease WHERE {IsHeldByWorker}
            """,
            new
            {
                id,
                worker,
                progress,
                lease = (long)lease.TotalMilliseconds,
            }
        );
        return changed > 0;
    }

    /// <summary>Ends an analysis with its result.</summary>
    /// <param name="id">The id of the analysis.</param>
    /// <param name="worker">The name of the worker.</param>
    /// <param name="analysis">The result.</param>
    /// <returns>False if the analysis is no longer this worker's; nothing was written then.</returns>
    public async Task<bool> FinishAsync(string id, string worker, Analysis analysis)
    {
        var result = JsonSerializer.Serialize(analysis, DetectionReport.JsonWithPictures);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(result)));
        var changed = await database.ChangeAsync<AnalysisRow>(
            $"""
            UPDATE analyses SET
                state = 'done', progress = 1, worker = NULL, finished_at = {database.Now},
                verdict = @verdict, probability = @Probability, result = @result
            WHERE {IsHeldByWorker}
            RETURNING {Columns}
            """,
            new
            {
                id,
                worker,
                verdict = AnalysisRow.ToWord(analysis.Verdict),
                analysis.Probability,
                result,
            },
            row =>
                AuditNote.Create(
                    AuditNote.Service,
                    AuditEvent.Done,
                    row,
                    $"{row.Verdict}; result {hash}; models {analysis.Models?.ManifestSha256 ?? "unknown"}"
                )
        );
        return changed.Count > 0;
    }

    /// <summary>Ends an analysis without a result.</summary>
    /// <param name="id">The id of the analysis.</param>
    /// <param name="worker">The name of the worker.</param>
    /// <param name="error">The reason, as a sentence for the user.</param>
    /// <returns>False if the analysis is no longer this worker's; nothing was written then.</returns>
    public async Task<bool> FailAsync(string id, string worker, string error)
    {
        var changed = await database.ChangeAsync<AnalysisRow>(
            $"""
            UPDATE analyses SET state = 'failed', worker = NULL, finished_at = {database.Now}, error = @error
            WHERE {IsHeldByWorker}
            RETURNING {Columns}
            """,
            new
            {
                id,
                worker,
                error,
            },
            row => AuditNote.Create(AuditNote.Service, AuditEvent.Failed, row, error)
        );
        return changed.Count > 0;
    }

    /// <summary>
    /// Puts an analysis back into the queue as if it had not been begun: the attempt does not count, since the video is
    /// not to blame for its end.
    /// </summary>
    /// <param name="id">The id of the analysis.</param>
    /// <param name="worker">The name of the worker.</param>
    public Task ReleaseAsync(string id, string worker) =>
        database.ExecuteAsync(
            $"""
            UPDATE analyses SET state = 'queued', worker = NULL, progress = 0, attempts = attempts - 1
            WHERE {IsHeldByWorker}
            """,
            new { id, worker }
        );

    /// <summary>Fails all analyses whose workers fell silent in each of <see cref="MostAttempts"/> attempts.</summary>
    /// <returns>The analyses that were given up just now.</returns>
    public Task<IReadOnlyList<AnalysisRow>> GiveUpAsync() =>
        database.ChangeAsync<AnalysisRow>(
            $"""
            UPDATE analyses SET
                state = 'failed', worker = NULL, finished_at = {database.Now},
                error = 'It ended {MostAttempts} workers that looked at it.'
            WHERE state = 'running' AND lease_until < {database.Now} AND attempts >= {MostAttempts}
            RETURNING {Columns}
            """,
            null,
            row => AuditNote.Create(AuditNote.Service, AuditEvent.Failed, row, row.Error!)
        );

    /// <summary>Deletes an analysis in any state.</summary>
    /// <param name="id">The id of the analysis.</param>
    /// <param name="owner">The name of the key that it must belong to; null accepts every owner.</param>
    /// <returns>False if there is none that the owner may delete.</returns>
    public async Task<bool> DeleteAsync(string id, string? owner)
    {
        var deleted = await database.TogetherAsync(async transaction =>
        {
            var rows = await transaction.ChangeAsync<AnalysisRow>(
                $"DELETE FROM analyses WHERE id = @id AND {IsOwned} RETURNING {Columns}",
                new { id, owner },
                row => AuditNote.Create(AuditNote.ActorOf(owner), AuditEvent.Deleted, row, row.Name)
            );
            await transaction.ExecuteAsync(DeliveryStore.Forget);
            return rows;
        });
        return deleted.Count > 0;
    }

    /// <summary>Deletes the analyses that ended too long ago. Those of a batch are kept and deleted together.</summary>
    /// <param name="keep">How long an analysis is kept after its end, unless its owner's key says otherwise.</param>
    /// <returns>The ids of the analyses that were deleted.</returns>
    public async Task<IReadOnlyList<string>> ExpireAsync(TimeSpan keep)
    {
        var expired = await database.ChangeAsync<AnalysisRow>(
            $"""
            DELETE FROM analyses WHERE {EndedAt} < {database.Now}
                - COALESCE((SELECT keep_hours * 3600000 FROM api_keys WHERE name = owner), @keep)
            RETURNING {Columns}
            """,
            new { keep = keep.TotalMilliseconds },
            row => AuditNote.Create(AuditNote.Service, AuditEvent.Expired, row, row.Name)
        );
        return [.. expired.Select(row => row.Id)];
    }

    /// <summary>Tells whether an analysis waits or runs, so that its upload is still needed.</summary>
    /// <param name="id">The id of the analysis.</param>
    public async Task<bool> IsUnfinishedAsync(string id)
    {
        var found = await database.FirstAsync<string>(
            "SELECT id FROM analyses WHERE id = @id AND state IN ('queued', 'running')",
            new { id }
        );
        return found is not null;
    }
}
