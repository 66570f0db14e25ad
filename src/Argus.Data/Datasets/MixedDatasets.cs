using System.Globalization;
using Argus.Clips;

namespace Argus.Data.Datasets;

/// <summary>
/// Several datasets as one, <c>LAYOUT=DIR:LAYOUT=DIR</c>, each with its own reader and split; training may draw from
/// them by weights (<c>data.weights</c>).
/// </summary>
public static class MixedDatasets
{
    /// <summary>The layout's name.</summary>
    public const string Layout = "mix";

    /// <summary>Whether a text names several datasets.</summary>
    internal static bool Recognises(string text) =>
        !Directory.Exists(text)
        && text.Contains('=')
        && text.Split(Path.PathSeparator)
            .All(part => DatasetLayout.All.Any(layout => part.StartsWith(layout.Name + "=", StringComparison.Ordinal)));

    internal static DatasetListing Read(string text, DatasetOptions options)
    {
        var parts = text.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2))
            .Select(part =>
                part is [var layout, { Length: > 0 } folder] && layout != Layout
                    ? DatasetLayout
                        .Find(layout)
                        .Read(folder, options with { Methods = [], People = [], WithoutPeople = [] })
                    : throw new RequestException(
                        $"'{string.Join('=', part)}' is not LAYOUT=DIR; several datasets are "
                            + $"LAYOUT=DIR{Path.PathSeparator}LAYOUT=DIR."
                    )
            )
            .ToList();
        if (parts.GroupBy(part => part.Layout).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new RequestException($"{text} names {twice.Key} twice.");
        var root = FolderList.FindRoot([.. parts.Select(part => Path.GetFullPath(part.Root))]);
        var items = parts.SelectMany(part => part.Items.Select(item => Place(item, part, root))).ToList();
        return new DatasetListing(
            Layout,
            root,
            string.Join("; ", parts.Select(part => $"{part.Layout}: {part.SplitName}")),
            OwnVideos.Choose(items, options.Methods ?? []),
            [
                .. parts.SelectMany(part =>
                    part.Problems.Select(problem => problem with { Where = $"{part.Layout}: {problem.Where}" })
                ),
            ]
        );
    }

    /// <summary>The weights by dataset; 1 for those that are not named.</summary>
    /// <param name="texts">Of the form <c>LAYOUT=NUMBER</c>.</param>
    /// <exception cref="RequestException">One is not.</exception>
    public static IReadOnlyDictionary<string, double> ParseWeights(IReadOnlyList<string> texts)
    {
        var weights = new Dictionary<string, double>();
        foreach (var text in texts)
        {
            if (
                text.Split('=') is not [var layout, var number]
                || !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight)
                || weight is not (> 0 and <= 100)
            )
                throw new RequestException(
                    $"data.weights: '{text}' is not LAYOUT=NUMBER, with a number above 0 and up to 100."
                );
            weights[DatasetLayout.Find(layout).Name] = weight;
        }
        return weights;
    }

    private static VideoItem Place(VideoItem item, DatasetListing part, string root)
    {
        string Below(string path) => VideoFolder.Relative(root, Path.GetFullPath(Path.Combine(part.Root, path)));
        return item with
        {
            Path = Below(item.Path),
            Original = item.Original?.Contains('/') == true ? Below(item.Original) : item.Original,
            Mask = item.Mask is null ? null : Below(item.Mask),
        };
    }
}
