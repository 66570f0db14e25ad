using Argus.Data.Forging;
using OpenCvSharp;
using Clip = Argus.Video.VideoClip;
using VideoWriter = Argus.Video.VideoWriter;

namespace Argus.Data.Samples;

/// <summary>
/// A small synthetic dataset in the three layouts <c>ffpp</c>, <c>celebdf</c>, <c>dfdc</c>: drawn talking faces and
/// five kinds of forgery, balanced so that no statistic of the whole frame tells real from fake. It shows that training
/// works; what is learned on it says nothing about real people.
/// </summary>
public static class SampleDataset
{
    /// <summary>Counts up whenever the same options would give other pixels than before.</summary>
    private const int DrawingVersion = 1;

    private const string OptionsFile = "sample.json";

    /// <summary>Root folders of the layouts below the dataset's folder.</summary>
    public static IReadOnlyList<string> LayoutNames { get; } = ["ffpp", "celebdf", "dfdc"];

    /// <summary>
    /// Writes what is missing. Every video is a function of (seed, its quad), whatever the number of cores; a stopped
    /// run continues where it was.
    /// </summary>
    /// <param name="log">Is told the progress; videos that were there count as done.</param>
    /// <exception cref="RequestException">An option out of its range, or the folder holds something else.</exception>
    /// <exception cref="ArgusException">ffmpeg is missing or failed.</exception>
    public static async Task WriteAsync(string folder, SampleOptions options, IWorkLog log, CancellationToken cancel)
    {
        options.Check();
        var layouts = SamplePlan.Layouts(options);
        Claim(folder, options, layouts);
        foreach (var layout in layouts)
        foreach (var (path, content) in layout.Files)
            await WriteTextAsync(At(folder, layout.Name, path), content, cancel);
        await WriteTextAsync(Path.Combine(folder, "README.md"), Readme(options, layouts), cancel);

        var quads = layouts.SelectMany(layout => layout.Quads).ToArray();
        var done = 0;
        await log.TrackAsync(
            $"videos drawn into {folder}",
            quads.Sum(quad => quad.Videos.Count),
            async progress =>
            {
                await Parallel.ForEachAsync(
                    quads,
                    new ParallelOptions
                    {
                        MaxDegreeOfParallelism = Environment.ProcessorCount,
                        CancellationToken = cancel,
                    },
                    async (quad, token) =>
                    {
                        if (!quad.Videos.All(video => VideoWriter.IsWhole(At(folder, quad.Layout, video.Path))))
                            await WriteAsync(folder, quad, options, token);
                        progress.Report(Interlocked.Add(ref done, quad.Videos.Count));
                    }
                );
                return 0;
            }
        );
    }

    private static async Task WriteAsync(
        string folder,
        SampleQuad quad,
        SampleOptions options,
        CancellationToken cancel
    )
    {
        var recordings = quad
            .Videos.Select(video => video.Identity)
            .Distinct()
            .ToDictionary(
                identity => identity,
                identity =>
                    Recording.Draw(
                        KeyedRandom.Key("identity", options.Seed, quad.Layout, identity),
                        options.SizePixels,
                        options.FrameCount,
                        options.FramesPerSecond
                    )
            );
        var clips = new List<Clip>();
        try
        {
            foreach (var video in quad.Videos)
            {
                var random = KeyedRandom.Create("forgery", options.Seed, quad.Layout, video.Path);
                clips.Add(
                    new(
                        At(folder, quad.Layout, video.Path),
                        Picture(recordings[video.Identity], quad.Kind, video.Region, random),
                        Sound(recordings, quad.Kind, video, random)
                    )
                );
            }
            await VideoWriter.WriteAsync(clips, options.FramesPerSecond, cancel);
        }
        finally
        {
            foreach (var frame in clips.SelectMany(clip => clip.Frames))
                frame.Dispose();
            foreach (var recording in recordings.Values)
                recording.Dispose();
        }
    }

    private static Mat[] Picture(Recording recording, ForgeryKind kind, ForgedRegion region, KeyedRandom random)
    {
        using var forgery = new PictureForgery(kind, region, recording.Frames[0].Size(), random, recorded: false);
        return [.. recording.Frames.Zip(recording.Faces, forgery.Apply)];
    }

    // A fake's voice is the other person's, or its own 0.2 to 0.6 s too early or too late.
    private static ReadOnlyMemory<float> Sound(
        Dictionary<string, Recording> recordings,
        ForgeryKind kind,
        SampleVideo video,
        KeyedRandom random
    )
    {
        if (kind != ForgeryKind.Audio || !video.Fake)
            return recordings[video.Identity].Voice();
        if (random.Chance(.5))
            return recordings[video.VoiceOf].Voice();
        return recordings[video.Identity]
            .Voice((random.Chance(.5) ? 1 : -1) * random.Uniform(.2, Recording.VoiceMargin));
    }

    // Takes the folder: new or empty, or begun with the same options and holding nothing between the videos that is not
    // ours.
    private static void Claim(string folder, SampleOptions options, IReadOnlyList<SampleLayout> layouts)
    {
        if (File.Exists(folder))
            throw new RequestException($"{folder} is a file; name a folder for the sample dataset.");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, OptionsFile);
        var wanted = options.Describe(DrawingVersion);
        if (!File.Exists(file))
        {
            if (
                Directory.EnumerateFileSystemEntries(folder).FirstOrDefault(path => !VideoWriter.IsPartial(path)) is
                { } other
            )
                throw new RequestException(
                    $"{folder} is not a sample dataset but holds {Path.GetFileName(other)}; name a new or empty folder."
                );
            File.WriteAllText(file + VideoWriter.Partial, wanted);
            File.Move(file + VideoWriter.Partial, file, overwrite: true);
            return;
        }
        if (File.ReadAllText(file) != wanted)
            throw new RequestException(
                $"{folder} holds a sample dataset of other options (see {OptionsFile} there); name another "
                    + "folder or delete this one."
            );
        foreach (var layout in layouts)
        {
            var root = Path.Combine(folder, layout.Name);
            if (!Directory.Exists(root))
                continue;
            var ours = layout
                .Quads.SelectMany(quad => quad.Videos)
                .Select(video => video.Path)
                .Concat(layout.Files.Keys)
                .ToHashSet();
            foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
            {
                if (VideoWriter.IsPartial(path))
                    File.Delete(path);
                else if (!ours.Contains(Path.GetRelativePath(root, path).Replace('\\', '/')))
                    throw new RequestException(
                        $"{path} is not part of the sample dataset; move it away or name another folder."
                    );
            }
        }
    }

    private static async Task WriteTextAsync(string path, string content, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, content, cancel);
    }

    private static string At(string folder, string layout, string path) => Path.Combine(folder, layout, path);

    private static string Readme(SampleOptions options, IReadOnlyList<SampleLayout> layouts) =>
        $"""
            # Synthetic sample data

            {layouts.Sum(layout =>
                layout.Quads.Sum(quad => quad.Videos.Count)
            )} drawn talking faces of {options.SizePixels}x{options.SizePixels} pixels, made by Argus (seed {options.Seed}); nobody real is in them.

            - `ffpp`, `celebdf`, `dfdc`: the folder layouts of FaceForensics++ (c23), Celeb-DF v2 and DFDC, with their splits.
            - `kinds.csv` in each: the trace a video's quad is about, who is in it, and where the operation was applied
              (real: neither or both; fake: face or background; kind `audio` leaves the picture alone, so always neither).
            - FF++ methods hold one kind each: {string.Join(
                ", ",
                SamplePlan.Methods.Select(method => $"{method.Value} {method.Key.ToString().ToLowerInvariant()}")
            )}.
            - `{OptionsFile}`: the options it was made with. The same command continues a stopped run.

            Good for trying things and for tests. A detector trained on it knows nothing about real forgeries.

            """;
}
