using Argus.Data.Datasets;
using Argus.Data.Forging;
using Argus.Data.Stores;
using Argus.Recipes;
using Argus.Training.Feeding;

namespace Argus.Training.Runs;

/// <summary>A video that is judged: as it is, or forged on the way.</summary>
public sealed record JudgedVideo(StoredVideo Video, ClipForgery? Forgery = null)
{
    /// <summary>The video as what it then is.</summary>
    public VideoItem Item =>
        Forgery is null
            ? Video.Item
            : Video.Item with
            {
                Label = Forgery.Label,
                Kind = $"{Forgery.Kind}".ToLowerInvariant(),
                Method = Forgery.Label == 1 ? "forged" : "twin",
            };

    // What trembles does so anew in every clip; everything else stays the same all through a video.
    internal IEnumerable<Sample> Samples =>
        Video.Clips.Select(clip => new Sample(
            clip,
            Forgery is { Kind: ForgeryKind.Temporal }
                ? Forgery with
                {
                    Seed = Forgery.Seed + (ulong)clip.Number,
                }
                : Forgery
        ));

    /// <summary>
    /// The videos that a training is validated on: those that the specialist can judge. Where the dataset has real
    /// videos only, they are forged, always in the same way.
    /// </summary>
    public static IReadOnlyList<JudgedVideo> Validation(Recipe recipe, Store store)
    {
        var videos = new StoreSuitability(
            recipe,
            store.Videos.Where(video => video.Split == Split.Validation)
        ).Suitable;
        return recipe.Forge.Probability > 0 && videos.All(video => video.Item.Label == 0)
            ? Pairs(videos, ForgePlan.KindsOf(recipe), recipe.Seed)
            : [.. videos.Select(video => new JudgedVideo(video))];
    }

    /// <summary>Each real video as it is, and a forgery of it of each kind that the recipe forges.</summary>
    public static IReadOnlyList<JudgedVideo> RealsAndForgeries(Recipe recipe, IReadOnlyList<StoredVideo> reals) =>
        [
            .. reals.Select(video => new JudgedVideo(video)),
            .. Pairs(reals, ForgePlan.KindsOf(recipe), recipe.Seed).Where(video => video.Item.Label == 1),
        ];

    /// <summary>A forgery and its twin of each real video and each kind; a seed always gives the same ones.</summary>
    public static IReadOnlyList<JudgedVideo> Pairs(
        IEnumerable<StoredVideo> videos,
        IReadOnlyList<ForgeryKind> kinds,
        int seed,
        int pairs = 1
    ) =>
        [
            .. from video in videos
            where video.Item.Label == 0
            from kind in kinds
            from pair in Enumerable.Range(0, pairs)
            let forged = ClipForgery.Pair(kind, KeyedRandom.Create("judged", seed, video.Item.Key, kind, pair))
            from forgery in new[] { forged.Twin, forged.Fake }
            select new JudgedVideo(video, forgery),
        ];
}
