namespace Argus.Data.Stores;

/// <summary>Where a store goes when nobody says where.</summary>
public static class StoreName
{
    /// <summary>
    /// <c>stores/LAYOUT-DATASET-KEY</c>: the dataset's folder and the store's options each by their hash.
    /// </summary>
    public static string Default(string root, string datasetFolder, StoreOptions options)
    {
        var dataset = KeyedRandom.Key(Path.TrimEndingDirectorySeparator(Path.GetFullPath(datasetFolder))) & 0xFFFFFF;
        return Path.Combine(root, $"{options.Layout}-{dataset:x6}-{options.Key}");
    }
}
