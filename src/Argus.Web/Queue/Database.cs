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
    // The number of PostgreSQL's advisory lock that keeps two processes from creating the tables at the same time. Its
    // value has no meaning.
    private const long SchemaLock = 0x4172677573;

    // The same for appending to the audit log.
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

    /// <summary>
    /// The SQL that waits until nobody else appends to the audit log, whose chain has one end. It is empty for SQLite.
    /// </summary>
    internal string LockAudit => isPostgres ? $"SELECT pg_advisory_xact_lock({AuditLock})" : "";

    /// <summary>The SQL that a value is none of a parameter's list.</summary>
    /// <param name="value">A column.</param>
    /// <param name="list">A parameter whose value is an array.</param>
    internal string IsNotIn(string value, string list) =>
        isPostgres ? $"{value} <> ALL({list})" : $"{value} NOT IN {list}";

    /// <summary>Opens the database and brings its tables to this version's form.</summary>
    /// <param name="connectionString">The connection string of PostgreSQL; null for SQLite in the folder.</param>
    /// <param name="folder">The folder that SQLite's file <c>argus.db</c> lies in; it must exist.</param>
    /// <param name="cancel">Stops waiting for the database.</param>
    /// <exception cref="RequestException">
    /// The connection string is none, the database does not answer, or only a newer Argus may use it.
    /// </exception>
    public static async Task<Database> OpenAsync(string? connectionString, string folder, CancellationToken cancel)
    {
        try
        {
            var database = connectionString is null ? CreateSqlite(folder) : CreatePostgres(connectionString);
            await database.PrepareAsync(cancel);
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
    internal Task<IReadOnlyList<T>> ChangeAsync<T>(string sql, object? values, Func<T, AuditNote> describe) =>
        TogetherAsync(transaction => transaction.ChangeAsync(sql, values, describe));

    /// <summary>Writes an entry of the audit log by itself.</summary>
    internal Task AppendAsync(AuditNote note) =>
        TogetherAsync(async transaction =>
        {
            await transaction.AppendAsync(note);
            return true;
        });

    /// <summary>Runs several statements, all of them or none.</summary>
    /// <typeparam name="T">What comes of them.</typeparam>
    /// <param name="work">Runs them. If it throws, nothing was done.</param>
    internal async Task<T> TogetherAsync<T>(Func<DatabaseTransaction, Task<T>> work)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await work(new DatabaseTransaction(connection, transaction, this));
        await transaction.CommitAsync();
        return result;
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

    private async Task PrepareAsync(CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        // The mode of the journal cannot change within a transaction.
        if (!isPostgres)
            await connection.ExecuteAsync("PRAGMA journal_mode=WAL");
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        if (isPostgres)
            await connection.ExecuteAsync($"SELECT pg_advisory_xact_lock({SchemaLock})", transaction: transaction);
        await new Schema(connection, transaction, isPostgres).MigrateAsync();
        await transaction.CommitAsync(cancel);
    }
}
