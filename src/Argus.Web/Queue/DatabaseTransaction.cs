using System.Data.Common;
using Dapper;

namespace Argus.Web.Queue;

/// <summary>Statements that happen together or not at all.</summary>
/// <param name="connection">Open.</param>
/// <param name="transaction">Committed by whoever made it.</param>
/// <param name="database">Its dialect.</param>
internal sealed class DatabaseTransaction(DbConnection connection, DbTransaction transaction, Database database)
{
    /// <summary>Runs a statement.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="values">An object whose properties are the statement's parameters.</param>
    public Task ExecuteAsync(string sql, object? values = null) => connection.ExecuteAsync(sql, values, transaction);

    /// <summary>Runs a query and reads its first row.</summary>
    /// <typeparam name="T">The type that a row is read as.</typeparam>
    /// <param name="sql">The query.</param>
    /// <returns>The row; the type's default if there is none.</returns>
    public Task<T?> FirstAsync<T>(string sql) => connection.QueryFirstOrDefaultAsync<T>(sql, transaction: transaction);

    /// <summary>
    /// Runs a statement that changes rows and returns them, and writes an entry of the audit log for each.
    /// </summary>
    /// <typeparam name="T">The type that a row is read as.</typeparam>
    /// <param name="sql">The statement, with RETURNING.</param>
    /// <param name="values">An object whose properties are the statement's parameters.</param>
    /// <param name="describe">What the log is to say of a row.</param>
    /// <returns>The rows that changed.</returns>
    public async Task<IReadOnlyList<T>> ChangeAsync<T>(string sql, object? values, Func<T, AuditNote> describe)
    {
        var rows = (await connection.QueryAsync<T>(sql, values, transaction)).ToList();
        foreach (var row in rows)
            await AppendAsync(describe(row));
        return rows;
    }

    /// <summary>Writes an entry of the audit log.</summary>
    /// <param name="note">What it says.</param>
    public async Task AppendAsync(AuditNote note)
    {
        // SQLite has one writer at a time, PostgreSQL a lock until the end of the transaction.
        if (database.LockAudit.Length > 0)
            await ExecuteAsync(database.LockAudit);
        var (sequence, previous) = await connection.QueryFirstOrDefaultAsync<(long, string?)>(
            "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1",
            transaction: transaction
        );
        var at = await connection.ExecuteScalarAsync<long>($"SELECT {database.Now}", transaction: transaction);
        var entry = new AuditEntry(
            sequence + 1,
            at,
            note.Actor,
            note.Event,
            note.Analysis,
            note.FileSha256,
            note.Details,
            previous ?? AuditEntry.Start
        ).Seal();
        await ExecuteAsync(
            """
            INSERT INTO audit (sequence, at, actor, event, analysis, file_sha256, details, previous, hash)
            VALUES (@Sequence, @At, @Actor, @Event, CAST(@Analysis AS text), CAST(@FileSha256 AS text), @Details,
                @Previous, @Hash)
            """,
            new
            {
                entry.Sequence,
                entry.At,
                entry.Actor,
                Event = $"{entry.Event}",
                entry.Analysis,
                entry.FileSha256,
                entry.Details,
                entry.Previous,
                entry.Hash,
            }
        );
    }
}
