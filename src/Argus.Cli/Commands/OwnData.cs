using Argus.Cli.Output;
using Argus.Data.Datasets;
using Argus.Data.Stores;
using Argus.Recipes;

namespace Argus.Cli.Commands;

/// <summary>What a training is to be made of, where the data are people's own and not a published dataset.</summary>
/// <param name="Folder">The dataset's folder; null where only a store is given.</param>
/// <param name="Implied">Settings that follow from the data; the user's own come after them.</param>
/// <param name="Settings">The user's own.</param>
internal sealed record OwnData(string? Folder, IReadOnlyList<string> Implied, IReadOnlyList<string> Settings)
{
    private const string LayoutKey = "data.layout";

    /// <summary>Finds out of which layout the data are.</summary>
    /// <param name="data"><c>--data</c>.</param>
    /// <param name="reals"><c>--reals</c>; what looks like KEY=VALUE among them is a setting.</param>
    /// <param name="store"><c>--store</c>.</param>
    /// <param name="settings">KEY=VALUE.</param>
    /// <exception cref="RequestException">Both a dataset and reals are given, or a folder cannot be named.</exception>
    public static OwnData Find(string? data, IReadOnlyList<string> reals, string? store, IReadOnlyList<string> settings)
    {
        var swallowed = reals.Where(IsSetting).ToList();
        var folders = reals.Except(swallowed).ToList();
        List<string> own = [.. settings, .. swallowed];
        if (folders.Count > 0)
            return data is null
                ? new OwnData(FolderList.Join(folders), Imply(DatasetLayout.Find(RealsOnly.Layout)), own)
                : throw new RequestException("Give --data or --reals, not both.");
        if (own.Any(setting => setting.StartsWith(LayoutKey + "=", StringComparison.Ordinal)))
            return new OwnData(data, [], own);
        var layout =
            data is not null ? DatasetLayout.Recognise(data)
            : store is not null ? FindLayout(store)
            : null;
        if (data is not null && layout is not null)
            Terminal.Note($"{data} is read as the layout '{layout.Name}'; {LayoutKey}=NAME says otherwise.");
        return new OwnData(data, layout is null ? [] : Imply(layout), own);
    }

    // A published dataset's store belongs to its stage, whose recipe names it.
    private static DatasetLayout? FindLayout(string store) =>
        StoreFolder.Folders(store).Select(StoreFolder.ReadOptions).FirstOrDefault() is { } options
        && DatasetLayout.Find(options.Layout) is { Stage: null } layout
            ? layout
            : null;

    private static List<string> Imply(DatasetLayout layout) =>
        layout.HasRealsOnly ? [$"{LayoutKey}={layout.Name}", "forge.probability=1"] : [$"{LayoutKey}={layout.Name}"];

    private static bool IsSetting(string text) =>
        !Directory.Exists(text)
        && text.IndexOf('=') is > 0 and var end
        && RecipeSchema.Keys.Any(key => key.Key == text[..end]);
}
