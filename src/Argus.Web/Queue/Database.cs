using System.Data.Common;
using System.Net.Sockets;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Argus.Web.Queue;

/// <summary>
/// SQLite or PostgreSQL. Both speak the same SQL here but for two expressions: how to skip rows that another worker is
/// just taking, and how to ask for the time in milliseconds. The time is the database's, so that the clocks of the
/// machines need not agree.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    private const string Schema = """
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
    ];

    // The number of PostgreSQL's advisory lock that keeps two processes from creating the tables at the same time. Its
    // value has no meaning.
    private const long SchemaLock = 0x4172677573;

    // The same for appending to the audit log: its chain has one end.
    private const long AuditLock = 0x4175646974;
    private const int SqliteTimeoutSeconds = 10;

    private readonly DbDataSource source;
    private readonly bool isPostgres;

    static Database() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    private Database(DbDataSource source, bool postgres)
    {
        this.source = source;
        this.isPostgres = postgres;
        Now = postgres
            ? "(extract(epoch from clock_timestamp()) * 1000)::bigint"
            : "CAST(unixepoch('subsec') * 1000 AS integer)";
        SkipLocked = postgres ? "FOR UPDATE SKIP LOCKED" : "";
    }

    /// <summary>The SQL expression for the time of the database, in milliseconds since 1970, UTC.</summary>
    internal string Now { get; }

    /// <summary>
    /// The SQL that ends a SELECT of rows to take, so that it skips those that another worker is taking. It is empty
    /// for SQLite, which has one writer at a time.
    /// </summary>
    internal string SkipLocked { get; }

    /// <summary>Opens the database and creates its tables where they are missing.</summary>
    /// <param name="connectionString">The connection string of PostgreSQL; null for SQLite in the folder.</param>
    /// <param name="folder">The folder that SQLite's file <c>argus.db</c> lies in; it must exist.</param>
    /// <param name="cancel">Stops waiting for the database.</param>
    /// <exception cref="RequestException">The connection string is none, or the database does not answer.</exception>
    public static async Task<Database> OpenAsync(string? connectionString, string folder, CancellationToken cancel)
    {
        try
        {
            var database = connectionString is null ? CreateSqlite(folder) : CreatePostgres(connectionString);
            await database.CreateTablesAsync(cancel);
            return database;
        }
        catch (Exception error) when (error is ArgumentException or DbException or SocketException)
        {
            throw new RequestException(
                connectionString is null
                    ? $"The database in {folder} cannot be used: {error.Message}"
                    : $"PostgreSQL cannot be used: {error.Message}. A connection string looks like "
                        + "Host=db;Database=argus;Username=argus;Password=….",
                error
            );
        }
    }

    /// <summary>
    /// Tells whether an exception says that the database is unreachable for now and worth trying again.
    /// </summary>
    /// <param name="error">The exception that a query ended with.</param>
    internal static bool IsUnreachable(Exception error) =>
        error switch
        {
            PostgresException postgres => postgres.IsTransient,
            DbException or SocketException or TimeoutException => true,
            IOException => error.InnerException is SocketException,
            _ => false,
        };

    /// <summary>Runs a statement.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="values">An object whose properties are the statement's parameters.</param>
    /// <returns>The number of rows that changed.</returns>
    internal async Task<int> ExecuteAsync(string sql, object? values = null)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteAsync(sql, values);
    }

    /// <summary>Runs a query and reads its first row.</summary>
    /// <typeparam name="T">The type that a row is read as.</typeparam>
    /// <param name="sql">The query.</param>
    /// <param name="values">An object whose properties are the query's parameters.</param>
    /// <returns>The row; the type's default if there is none.</returns>
    internal async Task<T?> FirstAsync<T>(string sql, object? values = null)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.QueryFirstOrDefaultAsync<T>(sql, values);
    }

    /// <summary>Runs a query and reads all its rows.</summary>
    /// <typeparam name="T">The type that a row is read as.</typeparam>
    /// <param name="sql">The query.</param>
    /// <param name="values">An object whose properties are the query's parameters.</param>
    internal async Task<IReadOnlyList<T>> ListAsync<T>(string sql, object? values = null)
    {
        await using var connection = await source.OpenConnectionAsync();
        return [.. await connection.QueryAsync<T>(sql, values)];
    }

    /// <summary>
    /// Runs a statement that changes rows and returns them, and writes an entry of the audit log for each, all of it or
    /// nothing.
    /// </summary>
    /// <typeparam name="T">The type that a row is read as.</typeparam>
    /// <param name="sql">The statement, with RETURNING.</param>
    /// <param name="values">An object whose properties are the statement's parameters.</param>
    /// <param name="describe">What the log is to say of a row.</param>
    /// <returns>The rows that changed.</returns>
    internal async Task<IReadOnlyList<T>> ChangeAsync<T>(string sql, object? values, Func<T, AuditNote> describe)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var rows = (await connection.QueryAsync<T>(sql, values, transaction)).ToList();
        foreach (var row in rows)
            await AppendAsync(connection, transaction, describe(row));
        await transaction.CommitAsync();
        return rows;
    }

    /// <summary>Writes an entry of the audit log by itself.</summary>
    internal async Task AppendAsync(AuditNote note)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await AppendAsync(connection, transaction, note);
        await transaction.CommitAsync();
    }

    // SQLite has one writer at a time, PostgreSQL a lock until the end of the transaction.
    private async Task AppendAsync(DbConnection connection, DbTransaction transaction, AuditNote note)
    {
        if (isPostgres)
            await connection.ExecuteAsync($"SELECT pg_advisory_xact_lock({AuditLock})", transaction: transaction);
        var (sequence, previous) = await connection.QueryFirstOrDefaultAsync<(long, string?)>(
            "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1",
            transaction: transaction
        );
        var at = await connection.ExecuteScalarAsync<long>($"SELECT {Now}", transaction: transaction);
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
        await connection.ExecuteAsync(
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
            },
            transaction
        );
    }

    /// <summary>Closes all connections.</summary>
    public ValueTask DisposeAsync() => source.DisposeAsync();

    private static Database CreateSqlite(string folder)
    {
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(folder, "argus.db"),
            DefaultTimeout = SqliteTimeoutSeconds,
        };
        return new Database(SqliteFactory.Instance.CreateDataSource(settings.ToString()), postgres: false);
    }

    private static Database CreatePostgres(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "argus" };
        return new Database(NpgsqlDataSource.Create(settings), postgres: true);
    }

    private async Task CreateTablesAsync(CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        // The mode of the journal cannot change within a transaction.
        if (!isPostgres)
            await connection.ExecuteAsync("PRAGMA journal_mode=WAL");
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        if (isPostgres)
            await connection.ExecuteAsync($"SELECT pg_advisory_xact_lock({SchemaLock})", transaction: transaction);
        await connection.ExecuteAsync(Schema, transaction: transaction);
        foreach (var (table, column, type) in LaterColumns)
        {
            var known = await connection.ExecuteScalarAsync<long>(
                isPostgres
                    ? "SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema() "
                        + "AND table_name = @table AND column_name = @column"
                    : "SELECT count(*) FROM pragma_table_info(@table) WHERE name = @column",
                new { table, column },
                transaction
            );
            if (known == 0)
                await connection.ExecuteAsync(
                    $"ALTER TABLE {table} ADD COLUMN {column} {type}",
                    transaction: transaction
                );
        }
        await connection.ExecuteAsync(isPostgres ? PostgresGuards : SqliteGuards, transaction: transaction);
        await transaction.CommitAsync(cancel);
    }
}
