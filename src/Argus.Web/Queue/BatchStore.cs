namespace Argus.Web.Queue;

/// <summary>
/// The batches as rows of the database. What a batch holds are analyses like all others; it is gone when they are.
/// </summary>
/// <param name="database">The database that all processes of the service share.</param>
internal sealed class BatchStore(Database database)
{
    private const string HasAnalyses = "EXISTS (SELECT 1 FROM analyses WHERE analyses.batch = batches.id)";

    private readonly AnalysisStore analyses = new(database);
    private readonly DeliveryStore deliveries = new(database);

    /// <summary>Adds a batch and its analyses to the queue, all of them or none.</summary>
    /// <param name="batch">The batch; its time is set by the database.</param>
    /// <param name="rows">Its analyses, at least one, each with the batch's id and its place.</param>
    /// <param name="most">The number of analyses that may wait.</param>
    /// <param name="webhook">The message that the end of all of them is to send; null for none.</param>
    /// <returns>The analyses as they are kept, in order; null if the queue has no room for all.</returns>
    public Task<IReadOnlyList<AnalysisRow>?> AddAsync(
        BatchRow batch,
        IReadOnlyList<AnalysisRow> rows,
        int most,
        DeliveryRow? webhook
    ) =>
        database.TogetherAsync<IReadOnlyList<AnalysisRow>?>(async transaction =>
        {
            var waiting = await transaction.FirstAsync<long>("SELECT count(*) FROM analyses WHERE state = 'queued'");
            if (waiting + rows.Count > most)
                return null;
            await transaction.ExecuteAsync(
                $"""
                INSERT INTO batches (id, owner, created_at, refused)
                VALUES (@Id, CAST(@Owner AS text), {database.Now}, @Refused)
                """,
                batch
            );
            var added = new List<AnalysisRow>();
            // What others add meanwhile must not take the room from the rest of it.
            foreach (var row in rows)
                added.Add((await analyses.AddAsync(transaction, row, int.MaxValue))!);
            if (webhook is not null)
                await deliveries.AddAsync(transaction, webhook);
            return added;
        });

    /// <summary>Finds a batch by its id.</summary>
    /// <param name="id">The id of the batch.</param>
    /// <param name="owner">The name of the key that it must belong to; null accepts every owner.</param>
    /// <returns>The row; null if there is none that the owner may see.</returns>
    public Task<BatchRow?> FindAsync(string id, string? owner) =>
        database.FirstAsync<BatchRow>(
            $"""
            SELECT id, owner, created_at, refused FROM batches
            WHERE id = @id AND {AnalysisStore.IsOwned} AND {HasAnalyses}
            """,
            new { id, owner }
        );

    /// <summary>Lists the analyses of a batch in the order in which their files were sent.</summary>
    /// <param name="id">The id of the batch.</param>
    public Task<IReadOnlyList<AnalysisRow>> ListAsync(string id) =>
        database.ListAsync<AnalysisRow>(
            $"SELECT {AnalysisStore.Columns} FROM analyses WHERE batch = @id ORDER BY batch_position",
            new { id }
        );

    /// <summary>Deletes a batch and its analyses in any state.</summary>
    /// <param name="id">The id of the batch.</param>
    /// <param name="owner">The name of the key that it must belong to; null accepts every owner.</param>
    /// <returns>
    /// The ids of the analyses that were deleted; none if there is no batch that the owner may delete.
    /// </returns>
    public async Task<IReadOnlyList<string>> DeleteAsync(string id, string? owner)
    {
        var deleted = await database.TogetherAsync(async transaction =>
        {
            var rows = await transaction.ChangeAsync<AnalysisRow>(
                $"""
                DELETE FROM analyses WHERE batch = @id AND {AnalysisStore.IsOwned}
                RETURNING {AnalysisStore.Columns}
                """,
                new { id, owner },
                row => AuditNote.Create(AuditNote.ActorOf(owner), AuditEvent.Deleted, row, $"{row.Name}; batch {id}")
            );
            await transaction.ExecuteAsync(DeliveryStore.Forget);
            await transaction.ExecuteAsync(Forget);
            return rows;
        });
        return [.. deleted.Select(row => row.Id)];
    }

    /// <summary>Deletes the batches whose analyses are all gone.</summary>
    public Task ForgetAsync() => database.ExecuteAsync(Forget);

    private const string Forget = $"DELETE FROM batches WHERE NOT {HasAnalyses}";
}
