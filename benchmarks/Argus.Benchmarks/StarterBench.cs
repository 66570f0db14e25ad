using System.CommandLine;
using Argus.Cli;
using Argus.Cli.Commands;
using Argus.Cli.Output;
using Argus.Data.Datasets;
using Argus.Detection;
using Argus.Metrics;
using Argus.Training.Recipes;
using Argus.Training.Starter;
using Argus.Video;

namespace Argus.Benchmarks;

/// <summary>
/// Judges a models folder, through the detector that users have, on real people and known forgeries: FaceForensics++'s
/// pairs (those for training are new only to models that were made without it), side-by-side recordings of swapped
/// faces, and people who were kept out of training.
/// </summary>
internal static class StarterBench
{
    /// <summary>What the detector said of one file.</summary>
    /// <param name="Set">The set that the file belongs to.</param>
    /// <param name="Method">The forgery's method, or what the reals are.</param>
    /// <param name="Name">The file's name.</param>
    /// <param name="Label">0 real, 1 fake.</param>
    /// <param name="Probability">P(fake); null where nobody could judge.</param>
    /// <param name="Verdict">The verdict; null for a file without a face.</param>
    /// <param name="Reasons">Why it is outside scope.</param>
    public sealed record Judged(
        string Set,
        string Method,
        string Name,
        int Label,
        double? Probability,
        Verdict? Verdict,
        string Reasons
    );

    /// <summary>Figures of a set.</summary>
    /// <param name="Set">Its name.</param>
    /// <param name="Real">Real files with a face.</param>
    /// <param name="Fake">Fake files with a face.</param>
    /// <param name="Auc">Over all files with a face, whatever the scope says; null with one class.</param>
    /// <param name="Interval">95% of the AUC, by bootstrap over files.</param>
    /// <param name="FalseAlarms">Reals called forged.</param>
    /// <param name="Found">Fakes called forged.</param>
    /// <param name="Outside">Files outside scope.</param>
    /// <param name="NoFace">Files that could not be judged.</param>
    public sealed record Row(
        string Set,
        int Real,
        int Fake,
        double? Auc,
        Interval? Interval,
        int FalseAlarms,
        int Found,
        int Outside,
        int NoFace
    );

    private sealed record Clip(string Set, string Method, string Path, int Label);

    private const int FewestForFigure = 10;
    private const string Half = "floor(iw/4)*2";

    /// <summary>Creates the command <c>argus bench starter</c>.</summary>
    public static Command CreateCommand()
    {
        var faces = new Option<string>("--faces")
        {
            Description = "A folder with pairs, ffpp_dev, photos and clips_real.",
            Required = true,
            HelpName = "DIR",
        };
        var models = new Option<string?>("--models")
        {
            Description = "The models folder (default: the starter).",
            HelpName = "DIR",
        };
        var reals = new Option<string[]>("--reals")
        {
            Description = "The folders that 'argus starter train' was given; the people that it kept out are judged.",
            HelpName = "DIR",
            AllowMultipleArgumentsPerToken = true,
        };
        var settings = BenchOptions.CreateSettings("Settings that the starter was trained with.");
        var ladder = new Option<bool>("--ladder") { Description = "Also those people's videos, encoded again." };
        var table = new Option<string?>("--table")
        {
            Description = "Also write what was said of each file, as CSV.",
            HelpName = "FILE",
        };
        var command = new Command("starter", "What the starter says of real people and known forgeries.")
        {
            settings,
            faces,
            models,
            reals,
            ladder,
            table,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForPictures();
                var scratch = Directory.CreateTempSubdirectory("argus-bench-").FullName;
                try
                {
                    var clips = new List<Clip>();
                    clips.AddRange(FaceForensics(Path.Combine(parse.GetRequiredValue(faces), "ffpp_dev")));
                    clips.AddRange(
                        await PairsAsync(Path.Combine(parse.GetRequiredValue(faces), "pairs"), scratch, cancel)
                    );
                    if (parse.GetValue(reals) is { Length: > 0 } folders)
                    {
                        var own = OwnData.Find(null, folders, null, parse.GetValue(settings) ?? []);
                        var held = HeldOut(own.Folder!, own.Settings);
                        clips.AddRange(held);
                        if (parse.GetValue(ladder))
                            clips.AddRange(await EncodeAsync(held, scratch, cancel));
                    }
                    var judged = await JudgeAsync(clips, parse.GetValue(models), cancel);
                    if (parse.GetValue(table) is { } file)
                        AtomicFile.Write(file, ToCsv(judged));
                    BenchOptions.Write(parse, Measure(judged), Print);
                }
                finally
                {
                    Directory.Delete(scratch, recursive: true);
                }
            }
        );
        return command;
    }

    private static IEnumerable<Clip> FaceForensics(string folder) =>
        from item in DatasetLayout.Find("ffpp").Read(folder, new DatasetOptions()).Items
        where item.Split is Split.Validation or Split.Train
        orderby item.Split == Split.Train
        let side = item.Split == Split.Train ? "training" : "validation"
        select new Clip($"ffpp_dev, {side} pairs", item.Method, Path.Combine(folder, item.Path), item.Label);

    // The left half is the recording, the right half the same with another face.
    private static async Task<IReadOnlyList<Clip>> PairsAsync(string folder, string scratch, CancellationToken cancel)
    {
        var clips = new List<Clip>();
        foreach (var file in VideoFolder.Videos(folder))
        {
            foreach (var (side, x, label) in new[] { ("left", "0", 0), ("right", Half, 1) })
            {
                var half = Path.Combine(scratch, $"{Path.GetFileNameWithoutExtension(file)}_{side}.mkv");
                var cut = new Condition("half", side, new Pass($"crop={Half}:ih:{x}:0", Condition.Lossless));
                await Reencoding.RunAsync(file, half, cut, cancel);
                clips.Add(new Clip("pairs", side, half, label));
            }
        }
        return clips;
    }

    private static List<Clip> HeldOut(string reals, IReadOnlyList<string> settings)
    {
        var library = RecipeLibrary.Default;
        var recipe = library.Load(library.Find("rr/1"), StarterRun.Profile, settings).Recipe;
        var listing = DatasetLayout.Find(recipe.Data.Layout).Read(reals, DatasetOptions.Create(recipe.Data));
        return
        [
            .. from item in listing.Items
            where item.Split == Split.Test
            let isVideo = VideoFolder.HasVideoName(item.Path)
            select new Clip(
                isVideo ? "held-out people, clips" : "held-out people, photos",
                "real",
                listing.FullPath(item),
                0
            ),
        ];
    }

    private static async Task<List<Clip>> EncodeAsync(IEnumerable<Clip> held, string scratch, CancellationToken cancel)
    {
        var clips = new List<Clip>();
        foreach (var clip in held.Where(clip => VideoFolder.HasVideoName(clip.Path)))
        {
            foreach (var (step, condition) in Condition.Ladder.Index())
            {
                var target = Path.Combine(scratch, $"{Path.GetFileNameWithoutExtension(clip.Path)}_{step}.mkv");
                await Reencoding.RunAsync(clip.Path, target, condition, cancel);
                clips.Add(clip with { Set = $"encoded again: {condition.Group} {condition.Label}", Path = target });
            }
        }
        return clips;
    }

    private static async Task<IReadOnlyList<Judged>> JudgeAsync(
        IReadOnlyList<Clip> clips,
        string? models,
        CancellationToken cancel
    )
    {
        using var detector = await Detector.LoadAsync(models, cancel: cancel);
        return await Terminal.ProgressAsync(
            "files judged",
            clips.Count,
            async progress =>
            {
                var judged = new List<Judged>();
                foreach (var clip in clips)
                {
                    var name = Path.GetFileName(clip.Path);
                    try
                    {
                        var found = await detector.AnalyzeAsync(clip.Path, null, cancel);
                        judged.Add(
                            new Judged(
                                clip.Set,
                                clip.Method,
                                name,
                                clip.Label,
                                found.Probability,
                                found.Verdict,
                                DetectionReport.Reasons(found)
                            )
                        );
                    }
                    catch (UnreadableVideoException error)
                    {
                        judged.Add(new Judged(clip.Set, clip.Method, name, clip.Label, null, null, error.Message));
                    }
                    progress.Report(judged.Count);
                }
                return judged;
            }
        );
    }

    private static List<Row> Measure(IReadOnlyList<Judged> judged)
    {
        var rows = new List<Row>();
        foreach (var set in judged.GroupBy(one => one.Set))
        {
            rows.Add(Measure(set.Key, [.. set]));
            var methods = set.Where(one => one.Label == 1).GroupBy(one => one.Method).ToList();
            if (methods.Count > 1)
                rows.AddRange(
                    methods
                        .Where(method => method.Count() >= FewestForFigure)
                        .Select(method => Measure($"  {method.Key}", [.. set.Where(one => one.Label == 0), .. method]))
                );
        }
        return rows;
    }

    private static Row Measure(string name, IReadOnlyList<Judged> set)
    {
        var seen = set.Where(one => one.Probability is not null).ToList();
        int[] labels = [.. seen.Select(one => one.Label)];
        double[] scores = [.. seen.Select(one => one.Probability!.Value)];
        var both = labels.Distinct().Count() == 2;
        return new Row(
            name,
            labels.Count(label => label == 0),
            labels.Count(label => label == 1),
            both ? new RocCurve(labels, scores).Auc : null,
            both ? Bootstrap.Auc(labels, scores) : null,
            set.Count(one => one is { Label: 0, Verdict: Verdict.Forged }),
            set.Count(one => one is { Label: 1, Verdict: Verdict.Forged }),
            set.Count(one => one.Verdict == Verdict.OutsideScope),
            set.Count - seen.Count
        );
    }

    private static string ToCsv(IEnumerable<Judged> judged) =>
        string.Join(
            '\n',
            judged
                .Select(one =>
                    string.Join(
                        ',',
                        new[]
                        {
                            one.Set,
                            one.Method,
                            one.Name,
                            $"{one.Label}",
                            $"{one.Probability:0.0000}",
                            $"{one.Verdict}",
                            one.Reasons,
                        }.Select(Csv.Cell)
                    )
                )
                .Prepend("set,method,name,label,probability,verdict,reasons")
        ) + "\n";

    private static void Print(List<Row> rows) =>
        Terminal.Table(
            ["set", "real", "fake", "AUC", "95%", "false alarms", "found", "outside scope", "no face"],
            rows.Select(row =>
                    new[]
                    {
                        row.Set,
                        $"{row.Real}",
                        $"{row.Fake}",
                        row.Auc is { } auc ? $"{auc:0.000}" : "-",
                        row.Interval is { } interval ? $"{interval.Low:0.00}-{interval.High:0.00}" : "-",
                        $"{row.FalseAlarms}",
                        row.Fake > 0 ? $"{row.Found}" : "-",
                        $"{row.Outside}",
                        $"{row.NoFace}",
                    }
                )
                .ToList()
        );
}
