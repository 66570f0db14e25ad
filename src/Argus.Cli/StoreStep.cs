using Argus.Datasets;
using Argus.Imaging;
using Argus.Pretrained;
using Argus.Recipes;
using Argus.Stores;

namespace Argus.Cli;

/// <summary>Prepares what a recipe misses of a dataset; shared by training, evaluation and <c>data prepare</c>.</summary>
internal static class StoreStep
{
    public const string DefaultRoot = "stores";

    private const long MuchBytes = 20_000_000_000;

    public static async Task<(string Folder, PreparationResult Result)> PrepareAsync(
        Recipe recipe,
        string dataFolder,
        string? storeFolder,
        IReadOnlyCollection<Split> sides,
        CancellationToken cancel,
        string root = DefaultRoot,
        Share? share = null,
        bool quiet = false
    )
    {
        var layout = DatasetLayout.Named(recipe.Data.Layout);
        var listing = layout.Read(dataFolder, DatasetOptions.From(recipe.Data));
        var problems = DatasetCheck
            .Names(listing)
            .Problems.Where(problem => problem.Severity >= Severity.Warning)
            .OrderByDescending(problem => problem.Severity)
            .ToList();
        if (problems.Count > 0 && problems[0].Severity == Severity.Error)
            throw new ArgusException(
                $"{dataFolder}: {problems[0].Where}: {problems[0].What}. 'argus data check {layout.Name} {dataFolder}' shows everything."
            );
        if (!quiet)
            foreach (var problem in problems.Take(5))
                Terminal.Error($"{problem.Where}: {problem.What}");
        if (!quiet && problems.Count > 5)
            Terminal.Error($"and {problems.Count - 5} more: argus data check {layout.Name} {dataFolder}");
        var options = StoreOptions.Of(recipe);
        var folder = storeFolder ?? StoreName.Default(root, dataFolder, options);
        var preparation = new Preparation(RecipeInput.From(recipe), ModelCatalog.FaceDetector);
        var plan = await preparation.PlanAsync(listing, options, folder, share ?? Share.Whole, sides);
        if (plan.Missing.Count > 0)
            Terminal.Note(
                $"{layout.Title}: {plan.Missing.Count} videos to prepare, {plan.Kept} already there; about {Space(plan.EstimatedBytes)} in {plan.Folder}"
            );
        if (plan.EstimatedBytes > MuchBytes)
            Terminal.Note(
                "Less space: fewer clips (data.train_frames, data.eval_frames), smaller faces (data.largest_crop=256), or JPEG at quality 100 (data.format=jpeg: three quarters, not for cm and rr). docs/data.md has the cost of each."
            );
        var result = await Terminal.ProgressAsync(
            $"{layout.Title}: videos prepared",
            plan.Missing.Count,
            progress => preparation.RunAsync(plan, Environment.ProcessorCount, progress, cancel)
        );
        if (result.Unreadable.Count > 0)
        {
            foreach (var (path, reason) in result.Unreadable.Take(5))
                Terminal.Error($"left out: {path}: {reason}");
            Terminal.Error(
                $"{result.Unreadable.Count} videos could not be read and are left out; {Path.Combine(plan.Folder, "unreadable.csv")} lists them."
            );
        }
        return (plan.Folder, result);
    }

    private static string Space(long bytes) => bytes < 1e9 ? $"{bytes / 1e6:0} MB" : $"{bytes / 1e9:0.0} GB";
}
