using System.Text.RegularExpressions;
using Argus.Clips;

namespace Argus.Data.Datasets;

/// <summary>
/// FaceForensics++ (Rössler et al., 2019), as downloaded or as the flat mirror. Official split by pairs of ids; the
/// actors of DeepFakeDetection have none and are split by person.
/// </summary>
internal static partial class FaceForensics
{
    private const double ActorTestShare = 0.15;
    private const double ActorValidationShare = 0.15;

    private static readonly string[] Methods =
    [
        "Deepfakes",
        "Face2Face",
        "FaceSwap",
        "NeuralTextures",
        "FaceShifter",
        "DeepFakeDetection",
    ];

    public static DatasetListing Read(string root, DatasetOptions options)
    {
        var problems = new List<DatasetProblem>();
        var items = new List<VideoItem>();
        var droppedActors = 0;
        foreach (var (folder, method, label) in Folders(root, options.Compression))
        {
            if (
                label == 1
                && options.Methods is { Count: > 0 } wanted
                && !wanted.Contains(method, StringComparer.OrdinalIgnoreCase)
            )
                continue;
            var files = VideoFolder.Videos(folder).ToList();
            problems.AddRange(OfficialVideosMissing(files, method, label));
            var masks = label == 1 ? VideoFolder.Find(root, "manipulated_sequences", method, "masks", "videos") : null;
            foreach (var file in files)
            {
                var id = Path.GetFileNameWithoutExtension(file);
                var path = VideoFolder.Relative(root, file);
                if (Side(id, options) is not { } side)
                {
                    problems.Add(
                        new(
                            Severity.Warning,
                            path,
                            "left out: its name is no pair of the official split and names no actor"
                        )
                    );
                    continue;
                }
                if (side.Split is null)
                {
                    droppedActors++;
                    continue;
                }
                items.Add(
                    new VideoItem(
                        "ffpp",
                        method,
                        id,
                        path,
                        label,
                        side.Group,
                        side.Identities,
                        side.Split,
                        options.Compression,
                        Original: label == 1 ? Original(id) + Path.GetExtension(file) : null,
                        Mask: masks is not null && File.Exists(Path.Combine(masks, Path.GetFileName(file)))
                            ? VideoFolder.Relative(root, Path.Combine(masks, Path.GetFileName(file)))
                            : null
                    )
                );
            }
        }
        if (droppedActors > 0)
            problems.Add(
                new(
                    Severity.Note,
                    "DeepFakeDetection",
                    $"{droppedActors} fakes left out: their two actors are on different sides of the split"
                )
            );
        foreach (var method in options.Methods ?? [])
        {
            if (!Methods.Contains(method, StringComparer.OrdinalIgnoreCase))
                throw new RequestException(
                    $"data.methods names '{method}'; choose {Suggestions.OneOf(method, Methods)}."
                );
        }
        return new DatasetListing("ffpp", root, "official pairs", items, problems);
    }

    // The actors have no official list.
    private static IEnumerable<DatasetProblem> OfficialVideosMissing(List<string> files, string method, int label)
    {
        if (method is "actors" or "DeepFakeDetection")
            return [];
        var there = files.Select(Path.GetFileNameWithoutExtension).ToHashSet();
        var pairs = Enum.GetValues<Split>().SelectMany(OfficialSplits.FaceForensicsPairs);
        List<string> official =
        [
            .. pairs.SelectMany(pair =>
                label == 0 ? new[] { pair.A, pair.B } : [$"{pair.A}_{pair.B}", $"{pair.B}_{pair.A}"]
            ),
        ];
        return MissingFiles.Report(Severity.Note, method, official, there.Contains);
    }

    private static IEnumerable<(string Folder, string Method, int Label)> Folders(string root, string compression)
    {
        (string, string, int)? Found(string? folder, string method, int label) =>
            folder is null ? null : (folder, method, label);
        var tree = new[]
        {
            Found(VideoFolder.Find(root, "original_sequences", "youtube", compression), "original", 0),
            Found(VideoFolder.Find(root, "original_sequences", "actors", compression), "actors", 0),
        }.Concat(
            Methods.Select(method =>
                Found(VideoFolder.Find(root, "manipulated_sequences", method, compression), method, 1)
            )
        );
        // The flat mirror is c23 by its name; a folder that holds the mirror is as good as the mirror.
        var flat = VideoFolder.Find(root, "FaceForensics++_C23") ?? root;
        var mirror =
            compression != "c23"
                ? []
                : new[] { Found(VideoFolder.Find(flat, "original"), "original", 0) }.Concat(
                    Methods.Select(method => Found(VideoFolder.Find(flat, method), method, 1))
                );
        return tree.Concat(mirror).OfType<(string, string, int)>();
    }

    private static (Split? Split, string Group, string[] Identities)? Side(string id, DatasetOptions options)
    {
        if (ActorFake().Match(id) is { Success: true } fake)
        {
            var a = fake.Groups[1].Value;
            var b = fake.Groups[2].Value;
            var side = ActorSplit(a, options);
            return (side == ActorSplit(b, options) ? side : null, $"actors-{side}", [$"actor{a}", $"actor{b}"]);
        }
        if (ActorReal().Match(id) is { Success: true } real)
        {
            var actor = real.Groups[1].Value;
            var side = ActorSplit(actor, options);
            return (side, $"actors-{side}", [$"actor{actor}"]);
        }
        var ids = id.Split('_');
        if (ids.Length is 1 or 2 && OfficialSplits.FaceForensics(ids[0]) is { } first)
        {
            // No published fake crosses two pairs; one that did could stand on two sides.
            if (ids.Length == 2 && OfficialSplits.FaceForensics(ids[1])?.Group != first.Group)
                return null;
            return (first.Split, first.Group, ids);
        }
        return null;
    }

    // 953_974 is the video 953 with the face of 974; 01_02__outside__CODE is 01__outside with that of 02.
    private static string Original(string id) =>
        ActorFake().IsMatch(id)
            ? id.Split("__") is [var actors, var scene, ..]
                ? $"{actors[..2]}__{scene}"
                : id
            : id.Split('_')[0];

    private static Split ActorSplit(string actor, DatasetOptions options) =>
        KeyedRandom.Create(options.Draw("ffpp-actor"), actor).NextDouble() switch
        {
            < ActorTestShare => Split.Test,
            < ActorTestShare + ActorValidationShare => Split.Validation,
            _ => Split.Train,
        };

    [GeneratedRegex(@"^(\d\d)_(\d\d)__")]
    private static partial Regex ActorFake();

    [GeneratedRegex(@"^(\d\d)__")]
    private static partial Regex ActorReal();
}
