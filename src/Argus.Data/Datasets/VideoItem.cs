namespace Argus.Data.Datasets;

public enum Split
{
    Train,
    Validation,
    Test,
}

/// <summary>One video file of a dataset and what the dataset says about it. 0 = real, 1 = fake.</summary>
/// <param name="Dataset">Layout key: a row of <see cref="DatasetLayout.All"/>.</param>
/// <param name="Method">
/// Method folder (<c>Deepfakes</c>, <c>Celeb-synthesis</c>, …); <c>original</c>-like names for reals.
/// </param>
/// <param name="Id">The dataset's own name of the video, unique within dataset + method + compression.</param>
/// <param name="Path">Relative to the dataset's root, with forward slashes.</param>
/// <param name="Group">What a fake shares with its source: pair of ids, person, or original.</param>
/// <param name="Identities">The people in it as far as the dataset names them.</param>
/// <param name="Original">
/// File name of the real video that a fake was made from; null where the dataset does not say.
/// </param>
/// <param name="Mask">Video of the pixels that the forgery changed, relative to the root; null for none.</param>
/// <param name="Split">The side the dataset's official split puts it on; null where it has none.</param>
public sealed record VideoItem(
    string Dataset,
    string Method,
    string Id,
    string Path,
    int Label,
    string Group,
    IReadOnlyList<string> Identities,
    Split? Split = null,
    string Compression = "",
    int? Chunk = null,
    string? Original = null,
    string? Kind = null,
    string? Mask = null
)
{
    /// <summary>What tells two videos apart everywhere: two methods' <c>000_003</c> are two videos.</summary>
    public string Key { get; } = StoreKey(Dataset, Compression, Method, Id, Path);

    /// <summary>Whether one of these people is in it, however their names are written.</summary>
    internal bool Shows(IReadOnlyList<string> people) =>
        Identities.Any(person => people.Contains(person, StringComparer.OrdinalIgnoreCase));

    private const int LongestKey = 80; // a tar header's name field is 100 bytes

    // WebDataset keys end at the first dot, and tar members must be portable: anything else than a letter, a digit,
    // '-' or '_' becomes '-', and the path's hash keeps two names apart that this would merge.
    private static string StoreKey(string dataset, string compression, string method, string id, string path)
    {
        var parts = new[] { dataset, compression, method, id }.Where(part => part.Length > 0);
        var raw = string.Join('_', parts);
        var safe = string.Concat(raw.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-'));
        return safe == raw && raw.Length <= LongestKey
            ? raw
            : $"{safe[..Math.Min(safe.Length, LongestKey - 9)]}-{KeyedRandom.Key(path) & 0xFFFFFFFF:x8}";
    }
}
