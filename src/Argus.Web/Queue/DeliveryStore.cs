namespace Argus.Web.Queue;

/// <summary>
/// The messages to webhooks as rows of the database. A row is there from the moment that an analysis is accepted, and
/// is due when that has ended, whoever ended it. Whoever sends it holds a lease, as workers do; a row whose analysis
/// was deleted is never due again. A message may arrive twice: when its sender ends between the answer and the row.
/// </summary>
/// <param name="database">The database that all processes of the service share.</param>
internal sealed class DeliveryStore(Database database)
{
    private const string Columns =
        "id, analysis, batch, url, peer, state, attempts, next_attempt_at, last_status, last_error";
    private const string IsHeldBySender = "id = @id AND worker = @sender AND state = 'waiting'";
    private const string HasEnded = """
        (EXISTS (SELECT 1 FROM analyses
                WHERE analyses.id = deliveries.analysis AND analyses.state IN ('done', 'failed'))
            OR (EXISTS (SELECT 1 FROM analyses WHERE analyses.batch = deliveries.batch)
                AND NOT EXISTS (SELECT 1 FROM analyses
                    WHERE analyses.batch = deliveries.batch AND analyses.state IN ('queued', 'running'))))
        """;

    /// <summary>The statement that deletes the messages about what is no longer there.</summary>
    public const string Forget = """
        DELETE FROM deliveries WHERE NOT EXISTS (SELECT 1 FROM analyses
            WHERE analyses.id = deliveries.analysis OR analyses.batch = deliveries.batch)
        """;

    /// <summary>Adds a message in the transaction that adds what it will tell of.</summary>
    /// <param name="transaction">That transaction.</param>
    /// <param name="row">The message.</param>
    public Task AddAsync(DatabaseTransaction transaction, DeliveryRow row) =>
        transaction.ExecuteAsync(
            $"""
            INSERT INTO deliveries (id, analysis, batch, url, peer, created_at, next_attempt_at)
            VALUES (@Id, CAST(@Analysis AS text), CAST(@Batch AS text), @Url, @Peer, {database.Now}, {database.Now})
            """,
            row
        );

    /// <summary>Finds the message about an analysis or a batch; null if there is none.</summary>
    /// <param name="id">The id of what it tells of.</param>
    public Task<DeliveryRow?> FindAsync(string id) =>
        database.FirstAsync<DeliveryRow>(
            $"SELECT {Columns} FROM deliveries WHERE analysis = @id OR batch = @id",
            new { id }
        );

    /// <summary>Takes the message that has been due longest and begins an attempt.</summary>
    /// <param name="sender">The name of the sender, unique among all processes.</param>
    /// <param name="lease">How long it may stay silent.</param>
    /// <param name="busy">Hosts with ports that are not to be asked now.</param>
    /// <returns>The message; null if none is due.</returns>
    public Task<DeliveryRow?> ClaimAsync(string sender, TimeSpan lease, IReadOnlyCollection<string> busy) =>
        database.FirstAsync<DeliveryRow>(
            $"""
            UPDATE deliveries SET worker = @sender, lease_until = {database.Now} + @lease, attempts = attempts + 1
            WHERE id = (
                SELECT id FROM deliveries
                WHERE state = 'waiting' AND next_attempt_at <= {database.Now} AND lease_until < {database.Now}
                    AND {database.IsNotIn("peer", "@busy")} AND {HasEnded}
                ORDER BY next_attempt_at, id LIMIT 1 {database.SkipLocked})
            RETURNING {Columns}
            """,
            new
            {
                sender,
                lease = (long)lease.TotalMilliseconds,
                busy = busy.ToArray(),
            }
        );

    /// <summary>Ends a message: it arrived, or will not.</summary>
    /// <param name="row">The message.</param>
    /// <param name="sender">The name of the sender.</param>
    /// <param name="state">How it ended.</param>
    /// <param name="status">The HTTP status of the last answer; null if there was none.</param>
    /// <param name="error">Why it was given up, as a sentence; null if it was not.</param>
    /// <returns>False if the message is no longer this sender's; nothing was written then.</returns>
    public async Task<bool> EndAsync(DeliveryRow row, string sender, DeliveryState state, int? status, string? error)
    {
        var what = state == DeliveryState.Delivered ? AuditEvent.WebhookDelivered : AuditEvent.WebhookGivenUp;
        var changed = await database.ChangeAsync<(string Id, string? Sha256)>(
            $"""
            UPDATE deliveries SET state = @state, worker = NULL, last_status = CAST(@status AS bigint),
                last_error = CAST(@error AS text)
            WHERE {IsHeldBySender}
            RETURNING id, (SELECT sha256 FROM analyses WHERE analyses.id = deliveries.analysis)
            """,
            new
            {
                id = row.Id,
                sender,
                state = DeliveryRow.ToWord(state),
                status = (long?)status,
                error,
            },
            ended => new AuditNote(AuditNote.Service, what, row.Analysis, ended.Sha256, Describe(row, error))
        );
        return changed.Count > 0;
    }

    /// <summary>Leaves a message for another attempt.</summary>
    /// <param name="row">The message.</param>
    /// <param name="sender">The name of the sender.</param>
    /// <param name="pause">How long to wait.</param>
    /// <param name="status">The HTTP status of the answer; null if there was none.</param>
    /// <param name="error">Why the attempt failed, as a sentence.</param>
    /// <returns>False if the message is no longer this sender's; nothing was written then.</returns>
    public async Task<bool> RetryAsync(DeliveryRow row, string sender, TimeSpan pause, int? status, string error)
    {
        var changed = await database.ExecuteAsync(
            $"""
            UPDATE deliveries SET worker = NULL, lease_until = 0, next_attempt_at = {database.Now} + @pause,
                last_status = CAST(@status AS bigint), last_error = @error
            WHERE {IsHeldBySender}
            """,
            new
            {
                id = row.Id,
                sender,
                pause = (long)pause.TotalMilliseconds,
                status = (long?)status,
                error,
            }
        );
        return changed > 0;
    }

    /// <summary>Gives a message back as if its attempt had not begun.</summary>
    /// <param name="id">The id of the message.</param>
    /// <param name="sender">The name of the sender.</param>
    /// <returns>False if the message is no longer this sender's.</returns>
    public async Task<bool> ReleaseAsync(string id, string sender)
    {
        var changed = await database.ExecuteAsync(
            $"UPDATE deliveries SET worker = NULL, lease_until = 0, attempts = attempts - 1 WHERE {IsHeldBySender}",
            new { id, sender }
        );
        return changed > 0;
    }

    /// <summary>Deletes the messages about what is no longer there.</summary>
    public Task ForgetAsync() => database.ExecuteAsync(Forget);

    // The path of an address may be a secret of the receiver's.
    private static string Describe(DeliveryRow row, string? error)
    {
        var about = row.Batch is null ? "" : $" about batch {row.Batch}";
        var reason = error is null ? "" : $": {error}";
        return $"{row.Id}{about} to {row.Peer}, attempt {row.Attempts}{reason}";
    }
}
