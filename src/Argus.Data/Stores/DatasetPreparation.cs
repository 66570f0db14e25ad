using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Pretrained;
using Argus.Recipes;

namespace Argus.Data.Stores;

/// <summary>A dataset and the store that was made of it.</summary>
/// <param name="Listing">The dataset as it lies on disk.</param>
/// <param name="Folder">The store.</param>
/// <param name="Result">What had to be prepared.</param>
public sealed record PreparedDataset(DatasetListing Listing, string Folder, PreparationResult Result);

/// <summary>Prepares what a recipe misses of a dataset, for training, evaluation and <c>data prepare</c>.</summary>
public sealed class DatasetPreparation(IWorkLog log)
{
    /// <summary>Where stores are kept that nobody named.</summary>
    public const string DefaultRoot = "stores";

    private const long MuchBytes = 20_000_000_000;
    private const int MostLines = 5;

    /// <summary>Where a store goes that is not named.</summary>
    public string Root { get; init; } = DefaultRoot;

    /// <summary>The part of the dataset that this process prepares.</summary>
    public DatasetShard Shard { get; init; } = DatasetShard.Whole;

    /// <summary>Which of its videos count, and on which side; null for all, as the dataset says.</summary>
    public Func<DatasetListing, DatasetListing>? Select { get; init; }

    /// <summary>Whether what is odd about the dataset is said.</summary>
    public bool SayProblems { get; init; } = true;

    /// <summary>The store with all that the recipe wants of the dataset.</summary>
    /// <param name="recipe">What is wanted.</param>
    /// <param name="dataFolder">The dataset.</param>
    /// <param name="storeFolder">The store; null for one of its own below <see cref="Root"/>.</param>
    /// <param name="sides">Sides of the split that are wanted; empty for all.</param>
    /// <param name="cancel">Stops after the videos in work; what is finished stays.</param>
    /// <exception cref="ArgusException">
    /// The dataset would give wrong results, or the store cannot be written.
    /// </exception>
    public async Task<PreparedDataset> RunAsync(
        Recipe recipe,
        string dataFolder,
        string? storeFolder,
        IReadOnlyCollection<Split> sides,
        CancellationToken cancel
    )
    {
        // What would fail later is found before hours of preparation.
        VideoCondition.Parse(recipe.Data.Where);
        MixedDatasets.ParseWeights(recipe.Data.Weights);
        var layout = DatasetLayout.Find(recipe.Data.Layout);
        var listing = layout.Read(dataFolder, DatasetOptions.Create(recipe.Data));
        CheckNames(layout, listing, dataFolder);
        listing = Select?.Invoke(listing) ?? listing;
        if (SayProblems && layout.Stage is null)
            log.Note($"{layout.Title}: split by {listing.SplitName}");
        var options = StoreOptions.Create(recipe);
        var preparation = new Preparation(ModelInput.Create(recipe), ModelCatalog.FaceDetector);
        var folder = storeFolder ?? StoreName.Default(Root, dataFolder, options);
        var plan = await preparation.PlanAsync(listing, options, folder, Shard, sides);
        if (plan.Missing.Count > 0)
            log.Note(
                $"{layout.Title}: {plan.Missing.Count} videos to prepare, {plan.Kept} already there; "
                    + $"about {Space(plan.EstimatedBytes)} in {plan.Folder}"
            );
        if (plan.EstimatedBytes > MuchBytes)
            log.Note(
                "Less space: fewer clips (data.train_frames, data.eval_frames), smaller faces (data.largest_crop=256), "
                    + "or JPEG at quality 100 (data.format=jpeg: three quarters, not for cm and rr). "
                    + "docs/data.md has the cost of each."
            );
        var result = await log.TrackAsync(
            $"{layout.Title}: videos prepared",
            plan.Missing.Count,
            progress => preparation.RunAsync(plan, Environment.ProcessorCount, progress, cancel)
        );
        SayUnreadable(result.Unreadable, Path.Combine(plan.Folder, StoreFolder.UnreadableFile));
        return new PreparedDataset(listing, plan.Folder, result);
    }

    private void SayUnreadable(IReadOnlyList<UnreadableVideo> unreadable, string list)
    {
        var pictures = unreadable
            .Where(video => video.Reason.StartsWith(ClipRequest.PictureHasNoTime, StringComparison.Ordinal))
            .ToList();
        if (pictures.Count > 0)
            log.Warn($"{pictures.Count} pictures are left out: {pictures[0].Reason}");
        var others = unreadable.Except(pictures).ToList();
        foreach (var video in others.Take(MostLines))
            log.Warn($"left out: {video.Path}: {video.Reason}");
        if (others.Count > 0)
            log.Warn($"{others.Count} videos could not be read and are left out; {list} lists them.");
    }

    private void CheckNames(DatasetLayout layout, DatasetListing listing, string folder)
    {
        var problems = DatasetCheck
            .Names(listing)
            .Problems.Where(problem => problem.Severity >= Severity.Warning)
            .OrderByDescending(problem => problem.Severity)
            .ToList();
        if (problems is [{ Severity: Severity.Error } worst, ..])
            throw new ArgusException(
                $"{folder}: {worst.Where}: {worst.What}. "
                    + $"'argus data check {layout.Name} {folder}' shows everything."
            );
        if (!SayProblems)
            return;
        foreach (var problem in problems.Take(MostLines))
            log.Warn($"{problem.Where}: {problem.What}");
        if (problems.Count > MostLines)
            log.Warn($"and {problems.Count - MostLines} more: argus data check {layout.Name} {folder}");
    }

    private static string Space(long bytes) => bytes < 1e9 ? $"{bytes / 1e6:0} MB" : $"{bytes / 1e9:0.0} GB";
}
