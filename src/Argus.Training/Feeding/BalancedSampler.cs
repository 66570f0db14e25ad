using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Data.Stores;
using Argus.Recipes;
using Argus.Specialists;

namespace Argus.Training.Feeding;

/// <summary>How an epoch is forged.</summary>
/// <param name="Kinds">The recipe's choice, or the one that the specialist is named for.</param>
/// <param name="Everywhere">
/// Share of the quads whose second twin is altered everywhere; in the others it is untouched, too. It grows from none
/// to all over the curriculum: whoever must tell one alteration from two before it knows alterations at all learns
/// nothing.
/// </param>
public sealed record ForgePlan(ForgeRecipe Recipe, IReadOnlyList<ForgeryKind> Kinds, double Everywhere)
{
    /// <param name="progress">Share of the epochs that are behind.</param>
    public static ForgePlan Create(Recipe recipe, double progress) =>
        new(
            recipe.Forge,
            KindsOf(recipe),
            recipe.Forge.Curriculum > 0 ? Math.Min(1, progress / recipe.Forge.Curriculum) : 1
        );

    public static IReadOnlyList<ForgeryKind> KindsOf(Recipe recipe) =>
        [
            .. (
                recipe.Forge.Kinds.Length > 0 ? recipe.Forge.Kinds : [Specialist.Find(recipe.Specialist).OwnKind]
            ).Select(kind => Enum.Parse<ForgeryKind>(kind, ignoreCase: true)),
        ];
}

/// <summary>
/// One epoch: each real clip once and as many fakes, drawn anew every epoch, mixed. A pure function of (seed, epoch),
/// so that a resumed run goes on where it stopped; a process of several takes every <c>count</c>-th clip of the same
/// order. Where the recipe forges, a real clip may stand there as its twin, with its forgery beside it.
/// </summary>
public static class BalancedSampler
{
    /// <param name="videos">Of the training side.</param>
    /// <param name="seed">The recipe's.</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="rank">Which process this is, from 0.</param>
    /// <param name="count">Of how many.</param>
    /// <param name="forge">How clips are forged; null for not at all.</param>
    /// <param name="weights">
    /// By dataset, how often each of its clips comes: 2 for twice, 0.5 for every other epoch on average; 1 for others.
    /// </param>
    /// <exception cref="ArgusException">A class is empty.</exception>
    public static IReadOnlyList<Sample> Epoch(
        IEnumerable<StoredVideo> videos,
        int seed,
        int epoch,
        int rank = 0,
        int count = 1,
        ForgePlan? forge = null,
        IReadOnlyDictionary<string, double>? weights = null
    )
    {
        var clips = videos.SelectMany(video => video.Clips).ToLookup(clip => clip.Video.Item.Label);
        List<StoredClip> real = [.. clips[0]];
        List<StoredClip> fake = [.. clips[1]];
        if (real.Count == 0 || fake.Count == 0 && forge is not { Recipe.Probability: 1 })
            throw new ArgusException(
                $"Training needs both classes, but there are {real.Count} real and {fake.Count} fake images. "
                    + "'argus data check' shows what is missing; forge.probability=1 makes the fakes from the real "
                    + "ones."
            );

        var random = KeyedRandom.Create("epoch", seed, epoch);
        if (weights is { Count: > 0 })
        {
            real = Weigh(real, weights, random);
            fake = Weigh(fake, weights, random);
        }
        var order = forge is { Recipe.Probability: > 0 }
            ? Pairs(real, fake, forge, random)
            : Balanced(real, fake, random);
        return count == 1 ? order : [.. order.Where((_, i) => i % count == rank)];
    }

    // At least one clip stays, however small the weights are.
    private static List<StoredClip> Weigh(
        List<StoredClip> clips,
        IReadOnlyDictionary<string, double> weights,
        KeyedRandom random
    )
    {
        var weighed = clips
            .SelectMany(clip =>
            {
                var weight = weights.GetValueOrDefault(clip.Video.Item.Dataset, 1);
                var times = (int)weight + (random.Chance(weight - (int)weight) ? 1 : 0);
                return Enumerable.Repeat(clip, times);
            })
            .ToList();
        return weighed.Count > 0 ? weighed : clips[..Math.Min(1, clips.Count)];
    }

    private static List<Sample> Balanced(List<StoredClip> real, List<StoredClip> fake, KeyedRandom random)
    {
        var order = new List<StoredClip>(real);
        // Every fake once before any comes again.
        while (order.Count < 2 * real.Count)
        {
            random.Shuffle(fake);
            order.AddRange(fake.Take(2 * real.Count - order.Count));
        }
        random.Shuffle(order);
        return [.. order.Select(clip => new Sample(clip))];
    }

    // Each real clip with a fake at its side: its own forgery, or one of the dataset's. A batch of an even number cuts
    // no pair.
    private static List<Sample> Pairs(List<StoredClip> real, List<StoredClip> fake, ForgePlan forge, KeyedRandom random)
    {
        random.Shuffle(real);
        random.Shuffle(fake);
        var order = new List<Sample>(2 * real.Count);
        var next = 0;
        foreach (var clip in real)
        {
            if (random.Chance(forge.Recipe.Probability))
                order.AddRange(Forged(random.Pick(forge.Kinds)).Select(forgery => new Sample(clip, forgery)));
            else
                order.AddRange([new Sample(clip), new Sample(fake[next++ % fake.Count])]);
        }
        return order;

        IEnumerable<ClipForgery> Forged(ForgeryKind kind)
        {
            if (kind == ForgeryKind.Blend)
            {
                var pair = ClipForgery.Pair(kind, random);
                return [pair.Twin, pair.Fake];
            }
            var four = ClipForgery.Quad(kind, random);
            var everywhere = random.Chance(forge.Everywhere);
            return four.Select(forgery => forgery.Region == ForgedRegion.Both && !everywhere ? four[0] : forgery);
        }
    }
}
