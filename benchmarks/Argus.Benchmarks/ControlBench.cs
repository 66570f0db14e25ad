using System.CommandLine;
using System.Diagnostics;
using Argus.Cli;
using Argus.Cli.Commands;
using Argus.Cli.Output;
using Argus.Data.Audits;
using Argus.Data.Forging;
using Argus.Pretrained;

namespace Argus.Benchmarks;

/// <summary>
/// Measures whether the twins of <see cref="VideoForging"/> leak. A logistic regression on numbers about the whole clip
/// (<see cref="WholeFrameControl"/>) is fitted on half of the people and asked about the other half, five times. An AUC
/// of about 0.5 says that a forgery cannot be told by anything but its trace.
/// </summary>
internal static class ControlBench
{
    /// <summary>The figures of one kind of forgery.</summary>
    /// <param name="Kind">The kind of forgery, or what was planted.</param>
    /// <param name="Pairs">The number of pairs of a real video and a forged one.</param>
    /// <param name="Auc">The mean ROC AUC.</param>
    /// <param name="Seeds">The ROC AUC of each division of the people.</param>
    public sealed record Row(string Kind, int Pairs, double Auc, IReadOnlyList<double> Seeds);

    /// <summary>What was measured.</summary>
    /// <param name="People">The number of people.</param>
    /// <param name="Minutes">The time of the whole bench.</param>
    /// <param name="Rows">The figures of each kind.</param>
    public sealed record Result(int People, double Minutes, IReadOnlyList<Row> Rows);

    private sealed record Measured(
        string Kind,
        string Person,
        int Label,
        ForgedRegion Region,
        string Path,
        double[] Values
    );

    private const int FewestPeople = 4;
    private const int FewestPairs = 150;
    private const double PairsPerQuad = 2;
    private const int Divisions = 5;
    private const int Seconds = 1;
    private const int SecondsOfSound = 4;

    /// <summary>Creates the command <c>argus bench control</c>.</summary>
    public static Command CreateCommand()
    {
        var videos = BenchOptions.CreateRealVideos();
        var kinds = ForgeCommand.KindOption();
        kinds.DefaultValueFactory = _ => ["all"];
        var seed = BenchOptions.CreateSeed();
        var command = new Command(
            "control",
            "Forge real videos and see whether numbers about the whole clip tell the forgeries from their "
                + "twins: some minutes."
        )
        {
            videos,
            kinds,
            seed,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForPictures();
                var result = await RunAsync(
                    parse.GetRequiredValue(videos),
                    ForgeCommand.Kinds(parse.GetRequiredValue(kinds)),
                    parse.GetValue(seed),
                    cancel
                );
                BenchOptions.Write(parse, result, Print);
            }
        );
        return command;
    }

    private static async Task<Result> RunAsync(
        string videos,
        IReadOnlyList<ForgeryKind> kinds,
        int seed,
        CancellationToken cancel
    )
    {
        var clock = Stopwatch.StartNew();
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var real = Path.Combine(folder, "real");
            var people = await RealVideos.WriteAsync(videos, real, cancel);
            if (people.Count < FewestPeople)
                throw new RequestException(
                    $"{videos} holds {people.Count} videos; at least {FewestPeople} of different people are needed."
                );
            var faceModel =
                ModelCatalog.FaceDetector
                ?? throw new RequestException(
                    "Forging needs the face detector. Fetch it once: argus models pull yunet (or --from FILE)."
                );
            var files = people.Select(person => Path.Combine(real, person + ".mp4")).ToList();
            var measured = new List<Measured>();
            foreach (var kind in kinds)
            {
                var target = Path.Combine(folder, $"{kind}");
                measured.AddRange(await ForgeAsync(kind, files, target, faceModel, seed, clock, cancel));
            }
            List<Row> rows =
            [
                .. measured.GroupBy(video => video.Kind).Select(kind => ComputeRow(kind.Key, [.. kind])),
                .. await ComputeSingleFramesAsync(measured, cancel),
                .. ComputePlanted(measured),
            ];
            return new Result(people.Count, clock.Elapsed.TotalMinutes, rows);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Forges the videos in one way, until there are enough pairs, and measures the forgeries and their twins.
    private static async Task<IEnumerable<Measured>> ForgeAsync(
        ForgeryKind kind,
        List<string> files,
        string target,
        string faceModel,
        int seed,
        Stopwatch clock,
        CancellationToken cancel
    )
    {
        var seconds = kind == ForgeryKind.Audio ? SecondsOfSound : Seconds;
        var forgings = new ForgingFolder(target);
        var once = new ForgingOptions([kind], 1, seed, seconds);
        // The first quad of each video shows which videos can be forged in this way; the others must make up for those
        // that cannot.
        var probe = await forgings.AddAsync(files, once, faceModel, SilentLog.Instance, cancel);
        var usable = files.Except(probe.LeftOut.Select(entry => entry.Video)).ToList();
        var quads = (int)Math.Ceiling(FewestPairs / PairsPerQuad / Math.Max(1, usable.Count));
        await forgings.AddAsync(usable, once with { Quads = quads }, faceModel, SilentLog.Instance, cancel);
        var made = forgings.List().ToList();
        var values = await MeasureAsync([.. made.Select(video => video.Path)], cancel);
        Terminal.Note(
            $"{kind}: {made.Count / 2} pairs of {usable.Count} people ({clock.Elapsed.TotalMinutes:0.0} minutes)"
        );
        var name = $"{kind}".ToLowerInvariant();
        return made.Zip(
            values,
            (video, row) => new Measured(name, video.Source, video.Label, video.Region, video.Path, row)
        );
    }

    // Returns the statistics of the pictures of each video, and its loudness at the end.
    private static async Task<double[][]> MeasureAsync(IReadOnlyList<string> paths, CancellationToken cancel)
    {
        var rows = await WholeFrameControl.MeasureAsync(paths, cancel);
        var loudness = new double[paths.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, paths.Count),
            cancel,
            async (i, token) => loudness[i] = await WholeFrameControl.LoudnessAsync(paths[i], token)
        );
        return [.. rows.Zip(loudness, (row, loud) => (double[])[.. row, loud])];
    }

    // A single frame of a temporal forgery must not give it away either. The last number, bytes a frame, is left out
    // because it is one of the whole video.
    private static async Task<IReadOnlyList<Row>> ComputeSingleFramesAsync(
        IReadOnlyList<Measured> measured,
        CancellationToken cancel
    )
    {
        var name = $"{ForgeryKind.Temporal}".ToLowerInvariant();
        var temporal = measured.Where(video => video.Kind == name).ToList();
        if (temporal.Count == 0)
            return [];
        var paths = temporal.Select(video => video.Path).ToList();
        var singles = await WholeFrameControl.MeasureAsync(paths, cancel, frames: 1);
        var rows = temporal.Zip(singles, (video, values) => video with { Values = values[..^1] });
        return [ComputeRow($"{name}, single frames", [.. rows])];
    }

    // Plants the leak that the 2x2 design is there to avoid: twins that are altered all over, and nothing else.
    private static IEnumerable<Row> ComputePlanted(IReadOnlyList<Measured> measured) =>
        measured
            .Where(video => video.Region is ForgedRegion.Both or ForgedRegion.Face)
            .GroupBy(video => video.Kind)
            .Select(kind => ComputeRow($"{kind.Key}, planted: twins altered all over", [.. kind]));

    private static Row ComputeRow(string kind, IReadOnlyList<Measured> videos)
    {
        var aucs = Enumerable.Range(0, Divisions).Select(seed => ComputeAuc(videos, seed)).ToList();
        return new Row(kind, videos.Count / 2, aucs.Average(), aucs);
    }

    // Fits on half of the people, drawn by the seed, and judges the other half.
    private static double ComputeAuc(IReadOnlyList<Measured> videos, int seed)
    {
        var people = videos.Select(video => video.Person).Distinct().Order(StringComparer.Ordinal).ToList();
        var fitted = people
            .OrderBy(person => KeyedRandom.Key("control", seed, person))
            .Take(people.Count / 2)
            .ToHashSet();
        var sides = videos.ToLookup(video => fitted.Contains(video.Person), video => (video.Values, video.Label));
        return WholeFrameControl.Auc([.. sides[true]], [.. sides[false]]);
    }

    private static void Print(Result result) =>
        Terminal.Table(
            ["kind", "pairs", "mean AUC", "lowest of 5", "highest"],
            result.Rows.Select(row =>
                (IReadOnlyList<string>)
                    [row.Kind, $"{row.Pairs}", $"{row.Auc:0.00}", $"{row.Seeds.Min():0.00}", $"{row.Seeds.Max():0.00}"]
            )
        );
}
