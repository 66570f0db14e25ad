using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Argus.Cli.Output;
using Argus.Data.Datasets;
using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Data.Stores;
using Argus.Metrics;
using Argus.Pretrained;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Training.Recipes;
using Argus.Training.Runs;
using Argus.Video;

namespace Argus.Benchmarks;

/// <summary>
/// Whether specialists see what they are named for: each is trained from scratch on forgeries of real faces of its own
/// kind, with the views of the full profile and with the seed profile's single colour pictures, and judged on every
/// kind of forgery of people that it has not seen. Every file is taken for another person; each person is tested once.
/// </summary>
internal static class SpecialistsBench
{
    /// <summary>A cell of the table.</summary>
    public sealed record Cell(
        string Profile,
        string Specialist,
        string Kind,
        double Auc,
        Interval Interval,
        int Videos,
        int People,
        int Abstained
    );

    public sealed record Result(int People, int Folds, int Seed, double Minutes, IReadOnlyList<Cell> Cells);

    /// <summary>A judged video: who, in which fold, and what came out.</summary>
    internal sealed record Score(string Person, int Fold, int Label, double Value);

    // Small: B0 at 96 pixels, some hundred steps. More dropout and weight decay than the published recipe, against
    // learning so few people by heart.
    private static readonly string[] Small =
    [
        "data.layout=dfdc",
        "data.chunks=[0]",
        "data.crop=face",
        "data.frame_range=[0,1]",
        "backbone.name=efficientnet_b0",
        "backbone.weights=none",
        "backbone.stochastic_depth=0",
        "model.image_size=96",
        "model.dropout=[0.5,0.4,0.3]",
        "model.attention_dropout=0.1",
        "augment.rotate_degrees=0",
        "forge.probability=1",
        "optimizer.learning_rate=0.0003",
        "optimizer.weight_decay=0.05",
        "schedule.first_period=1000",
        "train.keep=2",
        "train.device=cpu",
        "train.batch_size=16",
    ];

    // Clips a video in an epoch and clips it is judged by; epochs. A clip of many frames costs as much as many of one.
    private static readonly Dictionary<string, string[]> Sizes = new Dictionary<string, string[]>
    {
        ["tm"] =
        [
            "data.train_frames=8",
            "data.eval_frames=4",
            "train.epochs=3",
            "train.batch_size=8",
            "model.image_size=64",
        ],
        ["av"] =
        [
            "data.train_frames=8",
            "data.eval_frames=8",
            "train.epochs=4",
            "train.batch_size=8",
            "model.image_size=48",
        ],
    };
    private static readonly string[] OfSingleFrames =
    [
        "data.clip_frames=1",
        "data.train_frames=12",
        "data.eval_frames=4",
        "train.epochs=9",
    ];

    private const int PairsOfOwnKind = 4;
    private const int PairsOfOtherKinds = 2;
    private const int Lines = 256;
    private const int LongestSeconds = 12;

    public static async Task<Result> RunAsync(
        string videos,
        int folds,
        int seed,
        IReadOnlyList<string> specialists,
        IReadOnlyList<string> profiles,
        IReadOnlyList<string> settings,
        CancellationToken cancel
    )
    {
        if (ModelCatalog.FaceDetector is null)
            throw new RequestException(
                "This bench needs the face detector. Fetch it once: argus models pull yunet (or --from FILE)."
            );
        var clock = Stopwatch.StartNew();
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var people = await DatasetAsync(Path.Combine(folder, "data", "dfdc_train_part_0"), videos, cancel);
            if (people.Count < 2 * folds)
                throw new RequestException(
                    $"{videos} holds {people.Count} videos; {folds} folds need at least {2 * folds}, each of "
                        + "another person."
                );
            var cells = new List<Cell>();
            foreach (var profile in profiles)
            {
                foreach (var specialist in specialists)
                {
                    var recipe = Recipe(specialist, profile, seed, settings);
                    var scores = new Dictionary<string, List<Score>>();
                    var abstained = 0;
                    for (var fold = 0; fold < folds; fold++)
                    {
                        var (judged, without) = await FoldAsync(folder, recipe, people, fold, folds, cancel);
                        abstained += without;
                        var aucs = judged
                            .GroupBy(entry => entry.Kind)
                            .Select(kind => $"{kind.Key} {Auc([.. kind.Select(entry => entry.Score)]):0.00}");
                        Terminal.Note(
                            $"  fold {fold + 1}/{folds}: {string.Join("  ", aucs)}  "
                                + $"({clock.Elapsed.TotalMinutes:0.0} minutes)"
                        );
                        foreach (var (kind, score) in judged)
                            (scores.TryGetValue(kind, out var list) ? list : scores[kind] = []).Add(score);
                    }
                    foreach (var (kind, list) in scores)
                        cells.Add(
                            new Cell(
                                profile,
                                specialist,
                                kind,
                                Auc(list),
                                Bootstrap(list, seed),
                                list.Count,
                                list.Select(score => score.Person).Distinct().Count(),
                                abstained
                            )
                        );
                    var own = cells.Where(cell => cell.Profile == profile && cell.Specialist == specialist);
                    var ownAucs = string.Join("  ", own.Select(cell => $"{cell.Kind} {cell.Auc:0.00}"));
                    Terminal.Note($"{profile} {specialist}: {ownAucs}  ({clock.Elapsed.TotalMinutes:0.0} minutes)");
                }
            }
            return new Result(people.Count, folds, seed, clock.Elapsed.TotalMinutes, cells);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static MergedRecipe Recipe(string specialist, string profile, int seed, IReadOnlyList<string> settings) =>
        RecipeLibrary.Default.Load(
            RecipeLibrary.Default.Find($"{specialist}/1"),
            profile,
            [
                .. Small,
                .. profile == "full" && Sizes.TryGetValue(specialist, out var sizes) ? sizes : OfSingleFrames,
                $"seed={seed}",
                .. settings,
            ]
        );

    private static async Task<(List<(string Kind, Score Score)> Scores, int Abstained)> FoldAsync(
        string folder,
        MergedRecipe merged,
        List<string> people,
        int fold,
        int folds,
        CancellationToken cancel
    )
    {
        var recipe = merged.Recipe;
        var preparation = new DatasetPreparation(TerminalLog.Instance) { SayProblems = false };
        var prepared = await preparation.RunAsync(
            recipe,
            Path.Combine(folder, "data"),
            Path.Combine(folder, "stores", StoreOptions.Create(recipe).Key),
            [],
            cancel
        );
        using var whole = await Store.OpenAsync(prepared.Folder);
        // Whoever is tested is not trained on; one of the others is the validation that a training wants, which chooses
        // nothing here.
        var order = people.OrderBy(person => KeyedRandom.Key("fold", recipe.Seed, person)).ToList();
        var test = order.Where((_, i) => i % folds == fold).ToHashSet();
        var validation = order.Where(person => !test.Contains(person)).Take(1).ToHashSet();
        using var store = whole.Divided(item =>
            test.Contains(item.Id) ? Split.Test
            : validation.Contains(item.Id) ? Split.Validation
            : Split.Train
        );

        var run = new RunDirectory(Path.Combine(folder, "run"));
        using (run.Open())
        using (var trainer = new Trainer(recipe, merged.ToYaml(), store, run, null, resume: false, new Silent()))
            await trainer.RunAsync(cancel);
        using var model = CheckpointReference.Find(run.Last).Load(TorchDevice.Select(ComputeDevice.Cpu));
        var tested = new StoreSuitability(recipe, store.Videos.Where(video => video.Split == Split.Test));
        var judged = SampleOptions
            .Kinds.SelectMany(kind =>
                JudgedVideo.Pairs(
                    tested.Suitable,
                    [kind],
                    recipe.Seed,
                    $"{kind}".Equals(Specialist.Find(recipe.Specialist).OwnKind, StringComparison.OrdinalIgnoreCase)
                        ? PairsOfOwnKind
                        : PairsOfOtherKinds
                )
            )
            .ToList();
        // A specialist of single colour pictures cannot hear: it is asked about sound all the same, only where there is
        // some.
        var predictions = await Scoring.RunAsync(
            model,
            recipe,
            store,
            judged,
            TorchDevice.Select(ComputeDevice.Cpu),
            null,
            cancel
        );
        Directory.Delete(run.Folder, recursive: true);
        return (
            [.. predictions.Select(p => (p.Item.Kind!, new Score(p.Item.Id, fold, p.Item.Label, p.Logit)))],
            tested.Abstained.Count
        );
    }

    // A DFDC part of real videos, scaled down so that a face fits the small input and one codec's traces do not hide
    // another's.
    internal static async Task<List<string>> DatasetAsync(string target, string videos, CancellationToken cancel)
    {
        Directory.CreateDirectory(target);
        var files = VideoFolder.Videos(videos).Order(StringComparer.Ordinal).ToList();
        await Parallel.ForEachAsync(
            files,
            cancel,
            async (file, token) =>
            {
                var (code, error) = await Ffmpeg.RunAsync(
                    Ffmpeg.Program,
                    [
                        "-v",
                        "error",
                        "-nostdin",
                        "-y",
                        "-i",
                        "file:" + Path.GetFullPath(file),
                        "-t",
                        $"{LongestSeconds}",
                        "-vf",
                        $"scale='if(lt(iw,ih),{Lines},-2)':'if(lt(iw,ih),-2,{Lines})':flags=area",
                        "-c:v",
                        "libx264",
                        "-preset",
                        "fast",
                        "-crf",
                        "10",
                        "-pix_fmt",
                        "yuv420p",
                        "-c:a",
                        "aac",
                        Path.Combine(target, Path.GetFileNameWithoutExtension(file) + ".mp4"),
                    ],
                    null,
                    CliWrap.PipeTarget.Null,
                    token
                );
                if (code != 0)
                    throw new ArgusException($"ffmpeg could not scale {file}: {error}");
            }
        );
        var names = files.Select(file => Path.GetFileNameWithoutExtension(file)).ToList();
        File.WriteAllText(
            Path.Combine(target, "metadata.json"),
            JsonSerializer.Serialize(names.ToDictionary(name => name + ".mp4", _ => new { label = "REAL" }))
        );
        return names;
    }

    /// <summary>
    /// The share of (real, fake) pairs of one fold that are in the right order: scores of two folds come from two
    /// models and are not comparable.
    /// </summary>
    internal static double Auc(IReadOnlyList<Score> scores)
    {
        double right = 0;
        double all = 0;
        foreach (var fold in scores.GroupBy(score => score.Fold))
        {
            var real = fold.Where(score => score.Label == 0).ToList();
            var fake = fold.Where(score => score.Label == 1).ToList();
            foreach (var f in fake)
                right += real.Sum(r =>
                    f.Value > r.Value ? 1
                    : f.Value == r.Value ? 0.5
                    : 0
                );
            all += (double)real.Count * fake.Count;
        }
        return all == 0 ? double.NaN : right / all;
    }

    // 95% over people, drawn with replacement within their folds.
    private static Interval Bootstrap(IReadOnlyList<Score> scores, int seed)
    {
        const int Rounds = 500;
        var random = KeyedRandom.Create("people", seed);
        var folds = scores
            .GroupBy(score => score.Fold)
            .Select(fold => fold.GroupBy(score => score.Person).Select(person => person.ToList()).ToList())
            .ToList();
        var aucs = Enumerable
            .Range(0, Rounds)
            .Select(_ => Auc([.. folds.SelectMany(people => people.SelectMany(_ => random.Pick(people)))]))
            .Order()
            .ToList();
        return new Interval(aucs[(int)(0.025 * Rounds)], aucs[(int)(0.975 * Rounds)]);
    }

    public static string Markdown(Result result)
    {
        var lines = new List<string>();
        foreach (var profile in result.Cells.GroupBy(cell => cell.Profile))
        {
            lines.AddRange([
                "",
                $"### `{profile.Key}`",
                "",
                "| trained on its own kind | "
                    + $"{string.Join(" | ", SampleOptions.Kinds.Select(kind => $"{kind}".ToLowerInvariant()))} | "
                    + "people |",
                $"|---|{string.Concat(SampleOptions.Kinds.Select(_ => "---|"))}---|",
            ]);
            foreach (var row in profile.GroupBy(cell => cell.Specialist))
            {
                var own = Specialist.Find(row.Key).OwnKind;
                var figures = SampleOptions
                    .Kinds.Select(kind => $"{kind}".ToLowerInvariant())
                    .Select(kind => Show(row.FirstOrDefault(cell => cell.Kind == kind), own));
                var abstained = row.First().Abstained;
                var left = abstained > 0 ? $", abstained from {abstained}" : "";
                lines.Add($"| `{row.Key}` | {string.Join(" | ", figures)} | {row.First().People}{left} |");
            }
        }
        return string.Join('\n', lines);
    }

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    // The specialist's own kind stands out.
    private static string Show(Cell? cell, string ownKind)
    {
        if (cell is null)
            return "-";
        var stars = cell.Kind == ownKind ? "**" : "";
        return $"{stars}{Number(cell.Auc)}{stars} ({Number(cell.Interval.Low)}-{Number(cell.Interval.High)})";
    }

    private sealed class Silent : ITrainingObserver
    {
        public void Step(StepReport report) { }

        public void Epoch(EpochReport report) =>
            Terminal.Note(
                $"    epoch {report.Epoch + 1}/{report.Epochs}  loss {report.TrainLoss:0.000}  validation AUC "
                    + $"{report.Validation.RocAuc:0.00}"
            );
    }
}
