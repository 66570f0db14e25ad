using System.Diagnostics;
using Argus.Cli.Output;
using Argus.Data.Audits;
using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Metrics;
using Argus.Pretrained;
using Argus.Video;

namespace Argus.Benchmarks;

/// <summary>
/// Whether the twins of <see cref="VideoForging"/> leak: a logistic regression on numbers about the whole clip
/// (<see cref="WholeFrameControl"/>), fitted on half of the people and asked about the other half, five times. About
/// 0.5: the forgery cannot be told by anything but its trace.
/// </summary>
internal static class ControlBench
{
    public sealed record Row(string Kind, int Pairs, double Auc, IReadOnlyList<double> Seeds);

    public sealed record Result(int People, double Minutes, IReadOnlyList<Row> Rows);

    private const int FewestPairs = 150;
    private const int Seeds = 5;
    private const int Seconds = 1;
    private const int SecondsOfSound = 4;

    private sealed record Measured(
        string Kind,
        string Person,
        int Label,
        ForgedRegion Region,
        string Path,
        double[] Values
    );

    public static async Task<Result> RunAsync(
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
            var people = await SpecialistsBench.DatasetAsync(Path.Combine(folder, "real"), videos, cancel);
            if (people.Count < 4)
                throw new RequestException(
                    $"{videos} holds {people.Count} videos; at least 4 of different people are needed."
                );
            var faceModel =
                ModelCatalog.FaceDetector
                ?? throw new RequestException(
                    "Forging needs the face detector. Fetch it once: argus models pull yunet (or --from FILE)."
                );
            var measured = new List<Measured>();
            foreach (var kind in kinds)
            {
                var files = people.Select(person => Path.Combine(folder, "real", person + ".mp4")).ToList();
                var target = Path.Combine(folder, $"{kind}");
                var seconds = kind == ForgeryKind.Audio ? SecondsOfSound : Seconds;
                // A quad has two pairs; videos that cannot be forged in this way leave more to the others.
                var forgings = new ForgingFolder(target);
                var options = new ForgingOptions([kind], 1, seed, seconds);
                var probe = await forgings.AddAsync(files, options, faceModel, SilentLog.Instance, cancel);
                var usable = files.Except(probe.LeftOut.Select(entry => entry.Video)).ToList();
                var quads = (int)Math.Ceiling(FewestPairs / 2.0 / Math.Max(1, usable.Count));
                await forgings.AddAsync(usable, options with { Quads = quads }, faceModel, SilentLog.Instance, cancel);
                var made = forgings.List().ToList();
                var rows = await MeasureAsync([.. made.Select(video => video.Path)], cancel);
                measured.AddRange(
                    made.Zip(
                        rows,
                        (video, values) =>
                            new Measured(
                                $"{kind}".ToLowerInvariant(),
                                video.Source,
                                video.Label,
                                video.Region,
                                video.Path,
                                values
                            )
                    )
                );
                Terminal.Note(
                    $"{kind}: {made.Count / 2} pairs of {usable.Count} people "
                        + $"({clock.Elapsed.TotalMinutes:0.0} minutes)"
                );
            }
            var results = measured.GroupBy(row => row.Kind).Select(kind => RowOf(kind.Key, [.. kind])).ToList();
            var temporal = measured.Where(row => row.Kind == "temporal").ToList();
            var singles = await WholeFrameControl.MeasureAsync(
                [.. temporal.Select(row => row.Path)],
                cancel,
                frames: 1
            );
            if (temporal.Count > 0)
                results.Add(
                    RowOf(
                        "temporal, single frames",
                        [.. temporal.Zip(singles, (row, values) => row with { Values = values[..^1] })]
                    )
                );
            // The leak that the 2x2 design is there to avoid, planted: twins that are altered all over, and nothing
            // else.
            results.AddRange(
                measured
                    .Where(row => row.Region is ForgedRegion.Both or ForgedRegion.Face)
                    .GroupBy(row => row.Kind)
                    .Select(kind => RowOf($"{kind.Key}, planted: twins altered all over", [.. kind]))
            );
            return new Result(people.Count, clock.Elapsed.TotalMinutes, results);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

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

    private static Row RowOf(string kind, IReadOnlyList<Measured> rows)
    {
        var people = rows.Select(row => row.Person).Distinct().Order(StringComparer.Ordinal).ToList();
        var aucs = Enumerable
            .Range(0, Seeds)
            .Select(seed =>
            {
                var fitted = people
                    .OrderBy(person => KeyedRandom.Key("control", seed, person))
                    .Take(people.Count / 2)
                    .ToHashSet();
                var sides = rows.Select(row => (row.Values, row.Label, Fitted: fitted.Contains(row.Person)))
                    .ToLookup(row => row.Fitted, row => (row.Values, row.Label));
                return WholeFrameControl.Auc([.. sides[true]], [.. sides[false]]);
            })
            .ToList();
        return new Row(kind, rows.Count / 2, aucs.Average(), aucs);
    }

    public static void Print(Result result) =>
        Terminal.Table(
            ["kind", "pairs", "mean AUC", "lowest of 5", "highest"],
            [
                .. result.Rows.Select(row =>
                    new[]
                    {
                        row.Kind,
                        $"{row.Pairs}",
                        $"{row.Auc:0.00}",
                        $"{row.Seeds.Min():0.00}",
                        $"{row.Seeds.Max():0.00}",
                    }
                ),
            ]
        );
}
