using System.IO.Hashing;
using System.Security.Cryptography;

namespace Argus;

/// <summary>Hashes of whole files, in lower-case hexadecimal.</summary>
public static class FileHash
{
    /// <summary>For what must be exactly what somebody published or wrote.</summary>
    public static async Task<string> Sha256Async(string path, CancellationToken cancel)
    {
        await using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel));
    }

    /// <summary>The same of a file that is small, as lowercase hex.</summary>
    internal static string Sha256(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    /// <summary>
    /// For telling equal files from others: as fast as the file is read. Of a folder: its files' contents, in the order
    /// of their names.
    /// </summary>
    public static async Task<string> XxHash128Async(string path, CancellationToken cancel)
    {
        var hash = new XxHash128();
        IEnumerable<string> files = Directory.Exists(path)
            ? Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)
            : [path];
        foreach (var file in files)
        {
            await using var stream = File.OpenRead(file);
            await hash.AppendAsync(stream, cancel);
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
