using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Argus.Web.Queue;

/// <summary>What is known about a key, without its secret.</summary>
/// <param name="Name">The name of whoever the key was made for.</param>
/// <param name="CreatedAt">When the key was made, in milliseconds since 1970, UTC.</param>
/// <param name="KeepHours">How long results that came with it are kept; null for the service's time.</param>
public sealed record ApiKeyEntry(string Name, long CreatedAt, double? KeepHours);

/// <summary>
/// The keys of a service that requires one. A key is 256 random bits and is shown once. Only its SHA-256 is kept, which
/// needs no salt and no stretching because nobody can guess such a key.
/// </summary>
/// <param name="database">The database that holds the keys beside the queue.</param>
public sealed class ApiKeys(Database database)
{
    private const string Prefix = "argus_";
    private const int RandomBytes = 32;
    private const int LongestName = 100;

    /// <summary>Makes a key and stores its hash.</summary>
    /// <param name="name">The name of whoever the key is for: 1 to 100 characters, none of them a control.</param>
    /// <param name="keepHours">How long results are kept; null for as long as the service keeps them.</param>
    /// <returns>The key itself, which nobody can ask for again.</returns>
    /// <exception cref="RequestException">
    /// The name is taken, empty, too long or has control characters, or the hours make no sense.
    /// </exception>
    public async Task<string> AddAsync(string name, double? keepHours = null)
    {
        if (keepHours is not (null or >= ServeOptions.LeastKeepHours and <= ServeOptions.MostKeepHours))
            throw new RequestException(
                $"--keep-hours {keepHours} makes no sense; give a number from {ServeOptions.LeastKeepHours} to "
                    + $"{ServeOptions.MostKeepHours}."
            );
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl))
            throw new RequestException($"A key's name has 1 to {LongestName} ordinary characters.");
        var key = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        var added = await database.ChangeAsync<string>(
            $"""
            INSERT INTO api_keys (name, hash, created_at, keep_hours)
            VALUES (@name, @hash, {database.Now}, CAST(@keepHours AS double precision))
            ON CONFLICT DO NOTHING RETURNING name
            """,
            new
            {
                name,
                hash = Hash(key),
                keepHours,
            },
            _ => new AuditNote(AuditNote.Operator, AuditEvent.KeyAdded, null, null, name)
        );
        if (added.Count == 0)
            throw new RequestException(
                $"There is a key called {name} already. Choose another name, or remove that one first."
            );
        return key;
    }

    /// <summary>Looks a key up by its hash.</summary>
    /// <param name="key">The key as a client sent it.</param>
    /// <returns>The name of the key; null for one that is not known.</returns>
    public Task<string?> FindAsync(string key) =>
        database.FirstAsync<string>("SELECT name FROM api_keys WHERE hash = @hash", new { hash = Hash(key) });

    /// <summary>Lists all keys in the order of their names.</summary>
    public Task<IReadOnlyList<ApiKeyEntry>> ListAsync() =>
        database.ListAsync<ApiKeyEntry>(
            "SELECT name AS Name, created_at AS CreatedAt, keep_hours AS KeepHours FROM api_keys ORDER BY name"
        );

    /// <summary>Removes a key, which is refused from then on.</summary>
    /// <param name="name">The name that the key was made with.</param>
    /// <exception cref="RequestException">No key has that name.</exception>
    public async Task RemoveAsync(string name)
    {
        var removed = await database.ChangeAsync<string>(
            "DELETE FROM api_keys WHERE name = @name RETURNING name",
            new { name },
            _ => new AuditNote(AuditNote.Operator, AuditEvent.KeyRemoved, null, null, name)
        );
        if (removed.Count == 0)
            throw new RequestException($"There is no key called {name}.");
    }

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
