using System.Text.Json;
using System.Text.Json.Nodes;
using Argus.Video;

namespace Argus.Data.Forging;

/// <summary>How videos are to be forged.</summary>
/// <param name="Kinds">Kinds that are made of each video.</param>
/// <param name="Quads">Quads of each video and kind: two real twins and two forgeries.</param>
/// <param name="Seed">Every draw follows from it.</param>
/// <param name="LongestSeconds">Longest part of a video that is taken.</param>
public sealed record ForgingOptions(IReadOnlyList<ForgeryKind> Kinds, int Quads, int Seed, double LongestSeconds);

/// <summary>A video that could not be forged, and why.</summary>
public sealed record UnforgedVideo(string Video, string Reason);

/// <summary>What was made.</summary>
/// <param name="Folder">Where it is.</param>
/// <param name="Made">Videos that were made now.</param>
/// <param name="Kept">Videos that were there.</param>
/// <param name="LeftOut">Videos that cannot be forged.</param>
public sealed record ForgingResult(string Folder, int Made, int Kept, IReadOnlyList<UnforgedVideo> LeftOut);

/// <summary>A file of a folder that was forged into.</summary>
/// <param name="Path">The video.</param>
/// <param name="Source">File name of the video that it was made of.</param>
/// <param name="Label">0 = real, 1 = fake.</param>
/// <param name="Region">Where the operation was applied.</param>
public sealed record ForgedFile(string Path, string Source, int Label, ForgedRegion Region);

/// <summary>
/// A folder of forged videos that is a DFDC part at the same time: metadata.json has DFDC's keys and, beside them, all
/// that is known of each forgery, so that the folder can be trained on as it is.
/// </summary>
/// <param name="folder">The folder; it is made.</param>
public sealed class ForgingFolder(string folder)
{
    private const string PartName = "dfdc_train_part_0";
    private const string MetadataName = "metadata.json";
    private const string KindsName = "kinds.csv";
    private const string FakeLabel = "FAKE";
    private const string RealLabel = "REAL";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    private string Part => Path.Combine(folder, PartName);
    private string Metadata => Path.Combine(Part, MetadataName);

    /// <summary>Forges what the folder does not hold yet; a stopped run goes on where it was.</summary>
    /// <param name="videos">Real videos.</param>
    /// <param name="options">What is made of them.</param>
    /// <param name="faceModel">The face detector's file.</param>
    /// <param name="log">Is told the progress.</param>
    /// <param name="cancel">Stops it; what is finished stays.</param>
    /// <exception cref="RequestException">
    /// A video is missing, two have one name, or the folder holds something else.
    /// </exception>
    public async Task<ForgingResult> AddAsync(
        IReadOnlyList<string> videos,
        ForgingOptions options,
        string faceModel,
        IWorkLog log,
        CancellationToken cancel
    )
    {
        CheckVideos(videos);
        ClaimFolder();
        var metadata = Read();
        Write(metadata);
        var have = metadata
            .Select(entry => entry.Key)
            .Where(name => VideoWriter.IsWhole(Path.Combine(Part, name)))
            .ToHashSet();
        var made = 0;
        var done = 0;
        var leftOut = new List<UnforgedVideo>();
        var forging = new VideoForging(faceModel, options.LongestSeconds);
        await log.TrackAsync(
            "videos forged",
            videos.Count * options.Kinds.Count,
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
                        foreach (var kind in options.Kinds)
                        {
                            await AddAsync(video, kind, token);
                            progress.Report(Interlocked.Increment(ref done));
                        }
                    }
                );
                return 0;
            }
        );
        return new ForgingResult(folder, made, have.Count, leftOut);

        async Task AddAsync(string video, ForgeryKind kind, CancellationToken token)
        {
            try
            {
                var forged = await forging.RunAsync(video, [kind], options.Quads, options.Seed, Part, have, token);
                lock (metadata)
                {
                    foreach (var one in forged)
                        metadata[one.Name] = CreateEntry(one);
                    Write(metadata);
                    made += forged.Count;
                }
            }
            catch (UnreadableVideoException error)
            {
                lock (metadata)
                    leftOut.Add(new UnforgedVideo(video, $"{Word(kind)}: {error.Message}"));
            }
        }
    }

    /// <summary>The files that were forged into the folder, and what they are.</summary>
    public IEnumerable<ForgedFile> List() =>
        Read()
            .Select(entry => new ForgedFile(
                Path.Combine(Part, entry.Key),
                $"{entry.Value!["original"]}",
                $"{entry.Value["label"]}" == FakeLabel ? 1 : 0,
                Enum.Parse<ForgedRegion>($"{entry.Value["region"]}", ignoreCase: true)
            ));

    private static void CheckVideos(IReadOnlyList<string> videos)
    {
        if (videos.FirstOrDefault(video => !File.Exists(video)) is { } missing)
            throw new RequestException($"There is no file {missing}.");
        if (videos.GroupBy(Path.GetFileNameWithoutExtension).FirstOrDefault(name => name.Count() > 1) is { } twice)
            throw new RequestException(
                $"Two videos are called {twice.Key}; what is made of them would have the same name."
            );
    }

    private void ClaimFolder()
    {
        if (File.Exists(folder))
            throw new RequestException($"{folder} is a file; name a folder.");
        var isEmpty = !Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any();
        if (!isEmpty && !File.Exists(Metadata))
            throw new RequestException($"{folder} is not empty and holds nothing that was forged. Give another --out.");
        Directory.CreateDirectory(Part);
    }

    private JsonObject Read()
    {
        try
        {
            return File.Exists(Metadata)
                ? JsonNode.Parse(File.ReadAllText(Metadata), null, StrictJson.Options)!.AsObject()
                : [];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new RequestException($"{Metadata} is damaged. Give another --out, or delete that folder.", error);
        }
    }

    private void Write(JsonObject metadata)
    {
        var kinds = metadata
            .Select(entry =>
                $"{PartName}/{entry.Key},{entry.Value!["kind"]},{entry.Value["original"]},{entry.Value["region"]}\n"
            )
            .Order(StringComparer.Ordinal);
        AtomicFile.Write(Path.Combine(folder, KindsName), "path,kind,identity,region\n" + string.Concat(kinds));
        AtomicFile.Write(Metadata, metadata.ToJsonString(Json));
    }

    private static JsonNode? CreateEntry(ForgedVideo video) =>
        JsonSerializer.SerializeToNode(
            new
            {
                Label = video.Label == 1 ? FakeLabel : RealLabel,
                Split = "train",
                Original = video.Source,
                Kind = Word(video.Kind),
                Region = Word(video.Region),
                Seed = $"{video.Seed:x16}",
                video.Mask,
                video.From,
                video.To,
                video.Quantizer,
                video.Parameters,
            },
            Json
        );

    private static string Word(Enum value) => $"{value}".ToLowerInvariant();
}
