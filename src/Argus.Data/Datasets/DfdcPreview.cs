using System.Text.Json;
using System.Text.Json.Serialization;

namespace Argus.Data.Datasets;

/// <summary>
/// The preview of DFDC (Dolhansky et al., 2019): <c>dataset.json</c> names each video's label, its side (train or test,
/// which share no actor), whose video it is (<c>target_id</c>) and whose face was put in (<c>swapped_id</c>).
/// </summary>
internal static class DfdcPreview
{
    public const string Layout = "dfdcp";
    private const string List = "dataset.json";

    private sealed record Entry(string? Label, string? Set, string Target, string Swapped);

    // Ids are numbers or texts.
    private sealed record Line(
        string? Label,
        string? Set,
        [property: JsonPropertyName("target_id")] JsonElement Target,
        [property: JsonPropertyName("swapped_id")] JsonElement Swapped
    );

    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    public static DatasetListing Read(string root, DatasetOptions options)
    {
        var problems = new List<DatasetProblem>();
        var items = new List<VideoItem>();
        var entries = ReadList(Path.Combine(root, List));
        foreach (var (path, entry) in entries.Where(entry => IsThere(entry.Key)))
        {
            if (
                LabelWords.OfCell(entry?.Label ?? "") is not { } label
                || LabelWords.FindSide(entry!.Set ?? "") is not { } side
            )
            {
                problems.Add(
                    new(
                        Severity.Warning,
                        path,
                        $"left out: {List} calls it '{entry?.Label}' in the set '{entry?.Set}'; only real and fake in "
                            + "train and test are known"
                    )
                );
                continue;
            }
            var target = $"dfdcp{entry.Target}";
            string[] people = label == 1 && entry.Swapped.Length > 0 ? [target, $"dfdcp{entry.Swapped}"] : [target];
            items.Add(
                new VideoItem(
                    Layout,
                    path.Split('/')[0],
                    Path.GetFileNameWithoutExtension(path),
                    path,
                    label,
                    target,
                    [.. people.Distinct()],
                    side
                )
            );
        }
        problems.AddRange(MissingFiles.Report(Severity.Warning, List, entries.Keys, IsThere));
        var chosen = OwnVideos.Choose(items, options.Methods ?? []);
        return new DatasetListing(
            Layout,
            root,
            "official, with people of training kept apart for validation",
            [.. CarveValidation(chosen, options, problems)],
            problems
        );

        bool IsThere(string path) => File.Exists(Path.Combine(root, path));
    }

    private static IEnumerable<VideoItem> CarveValidation(
        IReadOnlyList<VideoItem> items,
        DatasetOptions options,
        List<DatasetProblem> problems
    )
    {
        var train = items.Where(item => item.Split == Split.Train).ToList();
        var carved = IdentitySplit.Carve(
            train,
            options.ValidationShare,
            options.Draw($"{Layout}-validation"),
            out var dropped
        );
        if (dropped > 0)
            problems.Add(
                new(Severity.Note, List, $"{dropped} training fakes left out: one of their people is in validation")
            );
        return items
            .Where(item => item.Split == Split.Test || carved.ContainsKey(item.Key))
            .Select(item => carved.GetValueOrDefault(item.Key) ? item with { Split = Split.Validation } : item);
    }

    private static Dictionary<string, Entry?> ReadList(string file)
    {
        if (!File.Exists(file))
            throw new RequestException($"{file} is missing. It comes with the dataset and says what is real.");
        try
        {
            var lines = JsonSerializer.Deserialize<Dictionary<string, Line?>>(File.ReadAllText(file), Json) ?? [];
            return lines.ToDictionary(
                line => line.Key,
                line =>
                    line.Value is { } told ? new Entry(told.Label, told.Set, $"{told.Target}", $"{told.Swapped}") : null
            );
        }
        // Half a surrogate pair is valid JSON but no string.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new RequestException($"{file} is not the preview's list: {error.Message} Get it anew.");
        }
    }
}
