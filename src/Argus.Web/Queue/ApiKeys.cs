using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Argus.Web.Queue;

/// <summary>
/// Who may ask. A key is 256 random bits and shown once; kept is its SHA-256, which needs no salt or stretching because
/// nobody can guess such a key.
/// </summary>
public sealed class ApiKeys(Database database)
{
    private const string Prefix = "argus_";
    private const int RandomBytes = 32;
    private const int LongestName = 100;

    /// <returns>The key.</returns>
    /// <exception cref="RequestException">The name is taken or none.</exception>
    public async Task<string> AddAsync(string name)
    {
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl))
            throw new RequestException($"A key's name has 1 to {LongestName} ordinary characters.");
        var key = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        return
            await database.ExecuteAsync(
                $"INSERT INTO api_keys (name, hash, created_at) VALUES (@name, @hash, {database.Now}) ON "
                    + "CONFLICT DO NOTHING",
                new { name, hash = Hash(key) }
            ) > 0
            ? key
            : throw new RequestException(
                $"There is a key called {name} already. Choose another name, or remove that one first."
            );
    }

    /// <returns>The name of the key; null for a wrong one.</returns>
    public Task<string?> FindAsync(string key) =>
        database.FirstAsync<string>("SELECT name FROM api_keys WHERE hash = @hash", new { hash = Hash(key) });

    public Task<IReadOnlyList<(string Name, long CreatedAt)>> ListAsync() =>
        database.ListAsync<(string, long)>("SELECT name, created_at FROM api_keys ORDER BY name");

    /// <exception cref="RequestException">There is none of that name.</exception>
    public async Task RemoveAsync(string name)
    {
        if (await database.ExecuteAsync("DELETE FROM api_keys WHERE name = @name", new { name }) == 0)
            throw new RequestException($"There is no key called {name}.");
    }

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
