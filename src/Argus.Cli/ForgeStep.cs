using System.Text.Json;
using System.Text.Json.Nodes;
using Argus.Forging;
using Argus.Pretrained;
using Argus.Video;

namespace Argus.Cli;

/// <summary>
/// Forges videos into a folder that is a DFDC part at the same time: metadata.json has DFDC's keys and, beside them, all that is
/// known of each forgery, so that the folder can be trained on as it is.
/// </summary>
internal static class ForgeStep
{
    private const string Part = "dfdc_train_part_0";

    public sealed record Outcome(
        string Folder,
        int Made,
        int Kept,
        IReadOnlyList<(string Video, string Reason)> LeftOut
    );

    public static async Task<Outcome> RunAsync(
        IReadOnlyList<string> videos,
        IReadOnlyList<ForgeryKind> kinds,
        int quads,
        int seed,
        double longestSeconds,
        string folder,
        CancellationToken cancel,
        bool quiet = false
    )
    {
        if (ModelCatalog.FaceDetector is not { } faceModel)
            throw new RequestException(
                "Forging needs the face detector. Fetch it once: argus models pull yunet (or --from FILE)."
            );
        if (videos.Where(video => !File.Exists(video)).ToList() is { Count: > 0 } missing)
            throw new RequestException($"There is no file {missing[0]}.");
        if (videos.GroupBy(Path.GetFileNameWithoutExtension).FirstOrDefault(name => name.Count() > 1) is { } twice)
            throw new RequestException(
                $"Two videos are called {twice.Key}; what is made of them would have the same name."
            );
        if (File.Exists(folder))
            throw new RequestException($"{folder} is a file; name a folder.");
        var part = Path.Combine(folder, Part);
        if (
            Directory.Exists(folder)
            && Directory.EnumerateFileSystemEntries(folder).Any()
            && !File.Exists(Path.Combine(part, "metadata.json"))
        )
            throw new RequestException($"{folder} is not empty and holds nothing that was forged. Give another --out.");
        Directory.CreateDirectory(part);
        var metadata = Read(part);
        Write(folder, metadata);
        var have = metadata
            .Select(entry => entry.Key)
            .Where(name => VideoWriter.IsWhole(Path.Combine(part, name)))
            .ToHashSet();
        var (made, leftOut, done) = (0, new List<(string, string)>(), 0);
        var forging = new VideoForging(faceModel, longestSeconds);
        await Terminal.ProgressAsync(
            "videos forged",
            quiet ? 0 : videos.Count * kinds.Count,
            async progress =>
            {
                await Parallel.ForEachAsync(
                    videos,
                    new ParallelOptions
                    {
                        MaxDegreeOfParallelism = Environment.ProcessorCount,
                        CancellationToken = cancel,
                    },
                    async (video, token) =>
                    {
                        foreach (var kind in kinds)
                        {
                            try
                            {
                                var forged = await forging.RunAsync(video, [kind], quads, seed, part, have, token);
                                lock (metadata)
                                {
                                    foreach (var one in forged)
                                        metadata[one.Name] = Entry(one);
                                    Write(folder, metadata);
                                    made += forged.Count;
                                }
                            }
                            catch (UnreadableVideoException error)
                            {
                                lock (metadata)
                                    leftOut.Add((video, $"{kind.ToString().ToLowerInvariant()}: {error.Message}"));
                            }
                            progress.Report(Interlocked.Increment(ref done));
                        }
                    }
                );
                return 0;
            }
        );
        return new Outcome(folder, made, have.Count, leftOut);
    }

    /// <summary>The files of a folder that was forged into, and what they are.</summary>
    public static IEnumerable<(string Path, string Source, int Label, ForgedRegion Region)> Made(string folder) =>
        Read(Path.Combine(folder, Part))
            .Select(entry =>
                (
                    Path.Combine(folder, Part, entry.Key),
                    $"{entry.Value!["original"]}",
                    $"{entry.Value["label"]}" == "FAKE" ? 1 : 0,
                    Enum.Parse<ForgedRegion>($"{entry.Value["region"]}", ignoreCase: true)
                )
            );

    private static JsonObject Read(string part)
    {
        var file = Path.Combine(part, "metadata.json");
        try
        {
            return File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file))!.AsObject() : [];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new RequestException($"{file} is damaged. Give another --out, or delete that folder.");
        }
    }

    private static JsonNode? Entry(ForgedVideo video) =>
        JsonSerializer.SerializeToNode(
            new
            {
                Label = video.Label == 1 ? "FAKE" : "REAL",
                Split = "train",
                Original = video.Source,
                Kind = $"{video.Kind}".ToLowerInvariant(),
                Region = $"{video.Region}".ToLowerInvariant(),
                Seed = $"{video.Seed:x16}",
                video.Mask,
                video.From,
                video.To,
                video.Quantizer,
                video.Parameters,
            },
            Terminal.Json
        );

    private static void Write(string folder, JsonObject metadata)
    {
        var kinds = metadata
            .Select(entry =>
                $"{Part}/{entry.Key},{entry.Value!["kind"]},{entry.Value["original"]},{entry.Value["region"]}\n"
            )
            .Order(StringComparer.Ordinal);
        WholeFile.Write(Path.Combine(folder, "kinds.csv"), "path,kind,identity,region\n" + string.Concat(kinds));
        WholeFile.Write(Path.Combine(folder, Part, "metadata.json"), metadata.ToJsonString(Terminal.Json));
    }
}
