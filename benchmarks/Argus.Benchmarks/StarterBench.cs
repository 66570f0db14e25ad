using System.CommandLine;
using Argus.Cli;
using Argus.Cli.Commands;
using Argus.Cli.Output;
using Argus.Clips;
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

    // A file to judge: as it is, or as a condition makes it.
    private sealed record Clip(string Set, string Method, string Path, int Label, Condition? Condition = null);

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
                var clips = new List<Clip>();
                clips.AddRange(FaceForensics(Path.Combine(parse.GetRequiredValue(faces), "ffpp_dev")));
                clips.AddRange(Pairs(Path.Combine(parse.GetRequiredValue(faces), "pairs")));
                if (parse.GetValue(reals) is { Length: > 0 } folders)
                {
                    var own = OwnData.Find(null, folders, null, parse.GetValue(settings) ?? []);
                    var held = HeldOut(own.Folder!, own.Settings);
                    clips.AddRange(held);
                    if (parse.GetValue(ladder))
                        clips.AddRange(EncodedAgain(held));
                }
                await using var file = parse.GetValue(table) is { } path ? File.CreateText(path) : StreamWriter.Null;
                BenchOptions.Write(
                    parse,
                    Measure(await JudgeAsync(clips, parse.GetValue(models), file, cancel)),
                    Print
                );
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
    private static IEnumerable<Clip> Pairs(string folder) =>
        from file in VideoFolder.Videos(folder)
        from half in new[] { (Side: "left", X: "0", Label: 0), (Side: "right", X: Half, Label: 1) }
        let cut = new Condition("half", half.Side, new Pass($"crop={Half}:ih:{half.X}:0", Condition.Lossless))
        select new Clip("pairs", half.Side, file, half.Label, cut);

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

    private static IEnumerable<Clip> EncodedAgain(IEnumerable<Clip> held) =>
        from step in Condition.Ladder
        from clip in held
        where VideoFolder.HasVideoName(clip.Path)
        select clip with
        {
            Set = $"encoded again: {step.Group} {step.Label}",
            Condition = step,
        };

    // A run of an hour writes its table as it goes.
    private static async Task<IReadOnlyList<Judged>> JudgeAsync(
        IReadOnlyList<Clip> clips,
        string? models,
        TextWriter table,
        CancellationToken cancel
    )
    {
        using var detector = await Detector.LoadAsync(models, cancel: cancel);
        await table.WriteLineAsync("set,method,name,label,probability,verdict,reasons");
        return await Terminal.ProgressAsync(
            "files judged",
            clips.Count,
            async progress =>
            {
                var judged = new List<Judged>();
                foreach (var clip in clips)
                {
                    var one = await JudgeAsync(detector, clip, cancel);
                    judged.Add(one);
                    await table.WriteLineAsync(ToCsv(one));
                    await table.FlushAsync(cancel);
                    progress.Report(judged.Count);
                }
                return judged;
            }
        );
    }

    private static async Task<Judged> JudgeAsync(Detector detector, Clip clip, CancellationToken cancel)
    {
        var name = Path.GetFileName(clip.Path);
        var scratch = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var path = clip.Path;
            if (clip.Condition is { } condition)
            {
                path = Path.Combine(scratch, "encoded.mkv");
                await Reencoding.RunAsync(clip.Path, path, condition, cancel);
            }
            var found = await detector.AnalyzeAsync(path, null, cancel);
            var reasons = DetectionReport.Reasons(found);
            return new Judged(clip.Set, clip.Method, name, clip.Label, found.Probability, found.Verdict, reasons);
        }
        catch (UnreadableVideoException error)
        {
            return new Judged(clip.Set, clip.Method, name, clip.Label, null, null, error.Message);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
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

    private static string ToCsv(Judged one) =>
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
        );

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
