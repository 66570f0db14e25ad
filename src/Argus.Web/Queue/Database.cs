using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Argus.Web.Queue;

/// <summary>
/// SQLite or PostgreSQL. Both speak the same SQL here but for two words: how to pass over rows that another worker is
/// just taking, and how to ask for the time in milliseconds. It is the database's clock, so that machines need not
/// agree on theirs.
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
        """;

    // Two processes that start at once must not both make the tables; any number does.
    private const long SchemaLock = 0x4172677573;

    private readonly DbDataSource source;

    static Database() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    private Database(DbDataSource source, bool postgres)
    {
        this.source = source;
        Now = postgres
            ? "(extract(epoch from clock_timestamp()) * 1000)::bigint"
            : "CAST(unixepoch('subsec') * 1000 AS integer)";
        SkipLocked = postgres ? "FOR UPDATE SKIP LOCKED" : "";
    }

    /// <summary>Milliseconds since 1970, as an expression.</summary>
    public string Now { get; }

    /// <summary>Ends a SELECT of rows to take. SQLite has one writer at a time and needs none.</summary>
    public string SkipLocked { get; }

    /// <param name="connectionString">PostgreSQL's; null: SQLite in the folder.</param>
    /// <exception cref="RequestException">The connection string is none, or nobody answers.</exception>
    public static async Task<Database> OpenAsync(string? connectionString, string folder, CancellationToken cancel)
    {
        try
        {
            var database = connectionString is null
                ? new Database(
                    SqliteFactory.Instance.CreateDataSource(
                        new SqliteConnectionStringBuilder
                        {
                            DataSource = Path.Combine(folder, "argus.db"),
                            DefaultTimeout = 10,
                        }.ToString()
                    ),
                    postgres: false
                )
                : new Database(
                    NpgsqlDataSource.Create(
                        new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "argus" }
                    ),
                    postgres: true
                );
            await using var connection = await database.source.OpenConnectionAsync(cancel);
            if (connectionString is null)
                await connection.ExecuteAsync("PRAGMA journal_mode=WAL");
            await using var transaction = await connection.BeginTransactionAsync(cancel);
            if (connectionString is not null)
                await connection.ExecuteAsync($"SELECT pg_advisory_xact_lock({SchemaLock})", transaction: transaction);
            await connection.ExecuteAsync(Schema, transaction: transaction);
            await transaction.CommitAsync(cancel);
            return database;
        }
        catch (Exception error) when (error is ArgumentException or DbException or System.Net.Sockets.SocketException)
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

    public async Task<int> ExecuteAsync(string sql, object? values = null)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteAsync(sql, values);
    }

    public async Task<T?> FirstAsync<T>(string sql, object? values = null)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.QueryFirstOrDefaultAsync<T>(sql, values);
    }

    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, object? values = null)
    {
        await using var connection = await source.OpenConnectionAsync();
        return [.. await connection.QueryAsync<T>(sql, values)];
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
