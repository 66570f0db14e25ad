using Argus.Data.Stores;
using Argus.Recipes;

namespace Argus.Training.Runs;

/// <summary>
/// Which part of the data each epoch is trained on: all of it, or one of DFDC's parts after another, each for the
/// recipe's epochs.
/// </summary>
internal sealed class EpochPlan
{
    private const int BothClasses = 2;

    /// <summary>Plans the epochs.</summary>
    /// <param name="recipe">The order of the parts, and the epochs of each.</param>
    /// <param name="videos">What can be trained on.</param>
    /// <exception cref="ArgusException">No part has both classes.</exception>
    public EpochPlan(Recipe recipe, IEnumerable<StoredVideo> videos)
    {
        // Where every real clip is forged on the way, no fake video is needed.
        var classes = videos
            .Where(video => video.Item.Chunk is not null)
            .GroupBy(video => video.Item.Chunk!.Value)
            .ToDictionary(
                chunk => chunk.Key,
                chunk =>
                    recipe.Forge.Probability == 1
                        ? BothClasses
                        : chunk.Select(video => video.Item.Label).Distinct().Count()
            );
        var usable = recipe.Data.Chunks.Where(chunk => classes.GetValueOrDefault(chunk) == BothClasses).ToList();
        SkippedChunks =
        [
            .. classes
                .Keys.Except(usable)
                .Order()
                .Select(chunk =>
                    recipe.Data.Chunks.Contains(chunk)
                        ? $"part {chunk}: its training side has one class only"
                        : $"part {chunk}: not in data.chunks"
                ),
        ];
        IEnumerable<int?> chunks = classes.Count == 0 ? [null] : usable.Cast<int?>();
        Chunks = [.. chunks.SelectMany(chunk => Enumerable.Repeat(chunk, recipe.Train.Epochs))];
        if (Chunks.Count == 0)
            throw new ArgusException(
                $"No part can be trained on: {string.Join("; ", SkippedChunks)}. Set data.chunks, or get more parts."
            );
    }

    /// <summary>The part of each epoch, in order; null for a dataset without parts.</summary>
    public IReadOnlyList<int?> Chunks { get; }

    /// <summary>Parts that are present but not trained on, with the reason.</summary>
    public IReadOnlyList<string> SkippedChunks { get; }
}
