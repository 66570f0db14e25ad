using System.CommandLine;
using System.Diagnostics;
using Argus.Cli;
using Argus.Cli.Output;
using Argus.Metrics;
using Argus.Pretrained;
using Argus.Specialists;
using Argus.Training.Recipes;

namespace Argus.Benchmarks;

/// <summary>
/// Measures whether specialists see what they are named for. Each is trained from scratch on forgeries of real faces of
/// its own kind, with the views of the full profile and with the single colour pictures of the seed profile, and judged
/// on every kind of forgery of people that it has not seen. Every file is taken for another person, and each person is
/// tested once.
/// </summary>
internal static class SpecialistsBench
{
    /// <summary>The figures of one specialist on one kind of forgery.</summary>
    /// <param name="Profile">The profile of the recipe, <c>full</c> or <c>seed</c>.</param>
    /// <param name="Specialist">The name of the specialist.</param>
    /// <param name="Kind">The kind of forgery.</param>
    /// <param name="Auc">The ROC AUC within folds.</param>
    /// <param name="Interval">The 95% interval of the AUC over people.</param>
    /// <param name="Videos">The number of videos that were judged.</param>
    /// <param name="People">The number of people in them.</param>
    /// <param name="Abstained">The number of test videos that the specialist cannot judge.</param>
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

    /// <summary>What was measured.</summary>
    /// <param name="People">The number of people.</param>
    /// <param name="Folds">The number of parts that the people were divided into.</param>
    /// <param name="Seed">The seed of all draws.</param>
    /// <param name="Minutes">The time of the whole bench.</param>
    /// <param name="Cells">The figures.</param>
    public sealed record Result(int People, int Folds, int Seed, double Minutes, IReadOnlyList<Cell> Cells);

    private sealed record Request(
        string Videos,
        int Folds,
        int Seed,
        IReadOnlyList<string> Specialists,
        IReadOnlyList<string> Profiles,
        IReadOnlyList<string> Settings
    );

    private static readonly string[] AllProfiles = ["full", "seed"];

    /// <summary>Creates the command <c>argus bench specialists</c>.</summary>
    public static Command CreateCommand()
    {
        var videos = BenchOptions.CreateRealVideos();
        var settings = BenchOptions.CreateSettings("Recipe settings of all trainings, e.g. train.epochs=12.");
        var folds = BenchOptions.CreateCount(
            "--folds",
            "Parts that the people are divided into; each is tested by a model that the others trained.",
            value: 3,
            least: 2,
            most: 50
        );
        var seed = BenchOptions.CreateSeed();
        var only = new Option<string[]>("--only")
        {
            Description = "Only these specialists.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "NAME",
        };
        var profiles = new Option<string[]>("--profiles")
        {
            Description = "full, seed or both.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => AllProfiles,
            HelpName = "NAME",
        };
        var command = new Command(
            "specialists",
            "Train the five specialists on forgeries of real faces and judge them on people they have not "
                + "seen: some hours."
        )
        {
            videos,
            settings,
            folds,
            seed,
            only,
            profiles,
            BenchOptions.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                TrainingProcess.Prepare();
                var request = new Request(
                    parse.GetRequiredValue(videos),
                    parse.GetValue(folds),
                    parse.GetValue(seed),
                    FindSpecialists(parse.GetValue(only) ?? []),
                    CheckProfiles(parse.GetRequiredValue(profiles)),
                    parse.GetValue(settings) ?? []
                );
                BenchOptions.Write(parse, await RunAsync(request, cancel), Print);
            }
        );
        return command;
    }

    // No names stand for all specialists.
    private static IReadOnlyList<string> FindSpecialists(string[] names)
    {
        var chosen = names.Length > 0 ? names.Select(Specialist.Find) : Specialist.All;
        return [.. chosen.Select(specialist => specialist.Name)];
    }

    private static string[] CheckProfiles(string[] names)
    {
        if (names.FirstOrDefault(name => !AllProfiles.Contains(name)) is { } unknown)
            throw new RequestException($"--profiles is full, seed or both, not {unknown}.");
        return names;
    }

    private static async Task<Result> RunAsync(Request request, CancellationToken cancel)
    {
        if (ModelCatalog.FaceDetector is null)
            throw new RequestException(
                "This bench needs the face detector. Fetch it once: argus models pull yunet (or --from FILE)."
            );
        var clock = Stopwatch.StartNew();
        var folder = Directory.CreateTempSubdirectory("argus-bench-").FullName;
        try
        {
            var fewest = 2 * request.Folds;
            var dataset = SpecialistsFold.FindDataset(folder);
            var people = await RealVideos.WriteAsync(request.Videos, dataset, cancel);
            if (people.Count < fewest)
                throw new RequestException(
                    $"{request.Videos} holds {people.Count} videos; {request.Folds} folds need at least {fewest}, "
                        + "each of another person."
                );
            var cells = new List<Cell>();
            foreach (var profile in request.Profiles)
            {
                foreach (var specialist in request.Specialists)
                {
                    var recipe = SpecialistsFold.LoadRecipe(specialist, profile, request.Seed, request.Settings);
                    var row = await RunFoldsAsync(folder, recipe, profile, people, request, clock, cancel);
                    cells.AddRange(row);
                    var aucs = string.Join("  ", row.Select(cell => $"{cell.Kind} {cell.Auc:0.00}"));
                    Terminal.Note($"{profile} {specialist}: {aucs}  ({clock.Elapsed.TotalMinutes:0.0} minutes)");
                }
            }
            return new Result(people.Count, request.Folds, request.Seed, clock.Elapsed.TotalMinutes, cells);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Trains and judges one specialist in every fold: a cell for each kind of forgery.
    private static async Task<IReadOnlyList<Cell>> RunFoldsAsync(
        string folder,
        MergedRecipe recipe,
        string profile,
        IReadOnlyList<string> people,
        Request request,
        Stopwatch clock,
        CancellationToken cancel
    )
    {
        var scores = new List<VideoScore>();
        var abstained = 0;
        for (var fold = 0; fold < request.Folds; fold++)
        {
            var judged = await SpecialistsFold.RunAsync(folder, recipe, people, fold, request.Folds, cancel);
            abstained += judged.Abstained;
            scores.AddRange(judged.Scores);
            var aucs = judged
                .Scores.GroupBy(score => score.Kind)
                .Select(kind => $"{kind.Key} {FoldScores.ComputeAuc([.. kind]):0.00}");
            Terminal.Note(
                $"  fold {fold + 1}/{request.Folds}: {string.Join("  ", aucs)}  "
                    + $"({clock.Elapsed.TotalMinutes:0.0} minutes)"
            );
        }
        var cells = scores
            .GroupBy(score => score.Kind)
            .Select(kind => CreateCell(profile, recipe.Recipe.Specialist, [.. kind], request.Seed, abstained));
        return [.. cells];
    }

    private static Cell CreateCell(
        string profile,
        string specialist,
        IReadOnlyList<VideoScore> scores,
        int seed,
        int abstained
    ) =>
        new(
            profile,
            specialist,
            scores[0].Kind,
            FoldScores.ComputeAuc(scores),
            FoldScores.ComputeInterval(scores, seed),
            scores.Count,
            scores.Select(score => score.Person).Distinct().Count(),
            abstained
        );

    private static void Print(Result result) =>
        Terminal.Line(
            $"{SpecialistsTable.Format(result)}\n\n{result.People} people, {result.Folds} folds, "
                + $"seed {result.Seed}, {result.Minutes:0} minutes"
        );
}
