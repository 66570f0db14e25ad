using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Argus.Web.Queue;

/// <summary>What is known about a key, without its secret.</summary>
/// <param name="Name">The name of whoever the key was made for.</param>
/// <param name="CreatedAt">When the key was made, in milliseconds since 1970, UTC.</param>
public sealed record ApiKeyEntry(string Name, long CreatedAt);

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
    /// <returns>The key itself, which nobody can ask for again.</returns>
    /// <exception cref="RequestException">The name is taken, empty, too long or has control characters.</exception>
    public async Task<string> AddAsync(string name)
    {
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl))
            throw new RequestException($"A key's name has 1 to {LongestName} ordinary characters.");
        var key = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        var added = await database.ExecuteAsync(
            $"""
            INSERT INTO api_keys (name, hash, created_at) VALUES (@name, @hash, {database.Now})
            ON CONFLICT DO NOTHING
            """,
            new { name, hash = Hash(key) }
        );
        if (added == 0)
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
        database.ListAsync<ApiKeyEntry>("SELECT name AS Name, created_at AS CreatedAt FROM api_keys ORDER BY name");

    /// <summary>Removes a key, which is refused from then on.</summary>
    /// <param name="name">The name that the key was made with.</param>
    /// <exception cref="RequestException">No key has that name.</exception>
    public async Task RemoveAsync(string name)
    {
        if (await database.ExecuteAsync("DELETE FROM api_keys WHERE name = @name", new { name }) == 0)
            throw new RequestException($"There is no key called {name}.");
    }

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
