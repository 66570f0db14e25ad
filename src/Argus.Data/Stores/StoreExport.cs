using System.Text.Encodings.Web;
using System.Text.Json;
using Argus.Data.Datasets;

namespace Argus.Data.Stores;

/// <summary>Writes a store's pictures as other software reads them; labels stay 0 for real and 1 for fake.</summary>
public static class StoreExport
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// As DeepfakeBench reads a dataset (Yan et al., 2023): <c>NAME.json</c> (dataset, label, side, video, frames) and
    /// the pictures below <c>NAME/</c>, with paths relative to the folder. DeepfakeBench looks each label up in its
    /// <c>label_dict</c>; the two here are <c>NAME_Real</c> and <c>NAME_Fake</c>.
    /// </summary>
    /// <returns>The JSON file.</returns>
    public static string WriteDeepfakeBench(Store store, string folder, string name, IProgress<int>? progress)
    {
        var labels = new SortedDictionary<string, SortedDictionary<string, SortedDictionary<string, object>>>(
            StringComparer.Ordinal
        );
        foreach (var label in new[] { 0, 1 })
        {
            labels[LabelOf(name, label)] = new(StringComparer.Ordinal)
            {
                ["train"] = new(StringComparer.Ordinal),
                ["val"] = new(StringComparer.Ordinal),
                ["test"] = new(StringComparer.Ordinal),
            };
        }
        foreach (var (video, files) in WritePictures(store, folder, _ => name, progress))
        {
            var label = LabelOf(name, video.Item.Label);
            labels[label][SideOf(video.Split, "val")][video.Item.Key] = new { label, frames = files };
        }
        var file = Path.Combine(folder, name + ".json");
        AtomicFile.Write(
            file,
            JsonSerializer.Serialize(new Dictionary<string, object> { [name] = labels }, Json) + "\n"
        );
        return file;
    }

    /// <summary>
    /// As Hugging Face's <c>datasets</c> reads a folder of pictures (<c>load_dataset("imagefolder", data_dir=…)</c>):
    /// <c>train/</c>, <c>validation/</c> and <c>test/</c>, each with its <c>metadata.jsonl</c>, a line a picture.
    /// </summary>
    public static void WriteHuggingFace(Store store, string folder, IProgress<int>? progress)
    {
        var lines = new Dictionary<string, List<string>>();
        foreach (
            var (video, files) in WritePictures(store, folder, video => SideOf(video.Split, "validation"), progress)
        )
        {
            var side = SideOf(video.Split, "validation");
            if (!lines.TryGetValue(side, out var rows))
                lines[side] = rows = [];
            rows.AddRange(
                files.Select(file =>
                    JsonSerializer.Serialize(
                        new Dictionary<string, object?>
                        {
                            ["file_name"] = file[(side.Length + 1)..],
                            ["label"] = video.Item.Label,
                            ["dataset"] = video.Item.Dataset,
                            ["method"] = video.Item.Method,
                            ["video"] = video.Item.Id,
                            ["person"] = video.Item.Identities is [var person, ..] ? person : null,
                            ["compression"] = video.Item.Compression,
                        },
                        Json
                    )
                )
            );
        }
        foreach (var (side, rows) in lines)
            AtomicFile.Write(Path.Combine(folder, side, "metadata.jsonl"), string.Join('\n', rows) + "\n");
    }

    // Each clip's first picture, below the place that a video goes to; paths with forward slashes.
    private static IEnumerable<(StoredVideo Video, List<string> Files)> WritePictures(
        Store store,
        string folder,
        Func<StoredVideo, string> place,
        IProgress<int>? progress
    )
    {
        var done = 0;
        foreach (var video in store.Videos)
        {
            var files = new List<string>();
            var target = $"{place(video)}/{video.Item.Key}";
            Directory.CreateDirectory(Path.Combine(folder, target));
            foreach (var clip in video.Clips)
            {
                var bytes = store.Read(video, clip.Frames[0]);
                var extension = bytes is [0xFF, 0xD8, ..] ? "jpg" : "png";
                files.Add($"{target}/{clip.Number:000}.{extension}");
                File.WriteAllBytes(Path.Combine(folder, files[^1]), bytes);
            }
            progress?.Report(++done);
            yield return (video, files);
        }
    }

    private static string LabelOf(string name, int label) => $"{name}_{(label == 0 ? "Real" : "Fake")}";

    private static string SideOf(Split split, string validation) =>
        split switch
        {
            Split.Train => "train",
            Split.Validation => validation,
            _ => "test",
        };
}
