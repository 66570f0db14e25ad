using System.Data.Common;
using Dapper;

namespace Argus.Web.Queue;

/// <summary>
/// The tables of the queue, and how those of earlier versions become today's. Versions of Argus may share a queue while
/// a service is upgraded: a newer one migrates the tables by adding to them, older ones go on, and none takes a row
/// that it does not understand. A change that older ones cannot live with raises <see cref="OldestReader"/>.
/// </summary>
/// <param name="connection">Open.</param>
/// <param name="transaction">Everything or nothing.</param>
/// <param name="isPostgres">SQLite otherwise.</param>
internal sealed class Schema(DbConnection connection, DbTransaction transaction, bool isPostgres)
{
    /// <summary>The tables' form that this version makes; 1 had no number.</summary>
    public const int Version = 2;

    /// <summary>The oldest form whose programs may use tables of this form.</summary>
    public const int OldestReader = 1;

    /// <summary>
    /// What an analysis asks of its worker: rows of a higher number are left to newer workers. A feature that a worker
    /// must know raises it for the rows that use it.
    /// </summary>
    public const int RowFormat = 1;

    private const string Tables = """
        CREATE TABLE IF NOT EXISTS analyses (
            id text PRIMARY KEY, name text NOT NULL, owner text, bytes bigint NOT NULL, sha256 text NOT NULL,
            duration_seconds double precision NOT NULL,
            state text NOT NULL, progress double precision NOT NULL DEFAULT 0, attempts bigint NOT NULL DEFAULT 0,
            created_at bigint NOT NULL, started_at bigint, finished_at bigint, worker text,
            lease_until bigint NOT NULL DEFAULT 0,
            error text, verdict text, probability double precision, result text);
        CREATE INDEX IF NOT EXISTS analyses_by_state ON analyses (state, created_at);
        CREATE INDEX IF NOT EXISTS analyses_by_time ON analyses (created_at);
        CREATE TABLE IF NOT EXISTS api_keys (
            name text PRIMARY KEY, hash text NOT NULL UNIQUE, created_at bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS audit (
            sequence bigint PRIMARY KEY, at bigint NOT NULL, actor text NOT NULL, event text NOT NULL,
            analysis text, file_sha256 text, details text NOT NULL, previous text NOT NULL, hash text NOT NULL);
        CREATE TABLE IF NOT EXISTS deliveries (
            id text PRIMARY KEY, analysis text, batch text, url text NOT NULL, peer text NOT NULL,
            state text NOT NULL DEFAULT 'waiting', attempts bigint NOT NULL DEFAULT 0, created_at bigint NOT NULL,
            next_attempt_at bigint NOT NULL, worker text, lease_until bigint NOT NULL DEFAULT 0,
            last_status bigint, last_error text);
        CREATE INDEX IF NOT EXISTS deliveries_by_state ON deliveries (state, next_attempt_at);
        CREATE INDEX IF NOT EXISTS deliveries_by_analysis ON deliveries (analysis);
        CREATE INDEX IF NOT EXISTS deliveries_by_batch ON deliveries (batch);
        CREATE TABLE IF NOT EXISTS batches (
            id text PRIMARY KEY, owner text, created_at bigint NOT NULL, refused text NOT NULL);
        CREATE TABLE IF NOT EXISTS argus_schema (version bigint NOT NULL, oldest_reader bigint NOT NULL);
        """;

    // Nothing in Argus changes or deletes a line of the audit log; these keep others from doing it by mistake.
    private const string SqliteGuards = """
        CREATE TRIGGER IF NOT EXISTS audit_is_not_changed BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
        CREATE TRIGGER IF NOT EXISTS audit_is_not_deleted BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
        """;
    private const string PostgresGuards = """
        CREATE OR REPLACE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$;
        CREATE OR REPLACE TRIGGER audit_is_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
            EXECUTE FUNCTION audit_only_grows();
        """;

    // Columns that databases of earlier versions lack.
    private static readonly (string Table, string Column, string Type)[] LaterColumns =
    [
        ("api_keys", "keep_hours", "double precision"),
        ("analyses", "keep_original", "bigint NOT NULL DEFAULT 0"),
        ("analyses", "format", "bigint NOT NULL DEFAULT 1"),
        ("analyses", "trace_parent", "text"),
        ("analyses", "batch", "text"),
        ("analyses", "batch_position", "bigint"),
    ];

    private const string LaterIndexes = "CREATE INDEX IF NOT EXISTS analyses_by_batch ON analyses (batch)";

    /// <summary>Makes what is missing. Tables of a newer version are left as they are.</summary>
    /// <exception cref="RequestException">A newer version changed them so that this one must not use them.</exception>
    public async Task MigrateAsync()
    {
        var (version, oldestReader) = await ReadVersionAsync();
        if (oldestReader > Version)
            throw new RequestException(
                $"The queue's tables are of version {version}, and only programs from version {oldestReader} on may "
                    + $"use them; this Argus knows {Version}. Upgrade it, or restore the database's backup."
            );
        if (version >= Version)
            return;
        await ExecuteAsync(Tables);
        foreach (var (table, column, type) in LaterColumns)
        {
            if (!await HasColumnAsync(table, column))
                await ExecuteAsync($"ALTER TABLE {table} ADD COLUMN {column} {type}");
        }
        await ExecuteAsync(LaterIndexes);
        await ExecuteAsync(isPostgres ? PostgresGuards : SqliteGuards);
        await ExecuteAsync($"DELETE FROM argus_schema; INSERT INTO argus_schema VALUES ({Version}, {OldestReader})");
    }

    private async Task<(long Version, long OldestReader)> ReadVersionAsync() =>
        await HasColumnAsync("argus_schema", "version")
            ? await connection.QueryFirstOrDefaultAsync<(long, long)>(
                "SELECT version, oldest_reader FROM argus_schema",
                transaction: transaction
            )
            : (0, 0);

    private async Task<bool> HasColumnAsync(string table, string column) =>
        await connection.ExecuteScalarAsync<long>(
            isPostgres
                ? "SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema() "
                    + "AND table_name = @table AND column_name = @column"
                : "SELECT count(*) FROM pragma_table_info(@table) WHERE name = @column",
            new { table, column },
            transaction
        ) > 0;

    private Task<int> ExecuteAsync(string sql) => connection.ExecuteAsync(sql, transaction: transaction);
}
