using Argus.Recipes;
using Argus.Specialists;

namespace Argus.Data.Stores;

/// <summary>A video that a specialist cannot judge, and why.</summary>
public sealed record AbstainedVideo(StoredVideo Video, string Reason);

/// <summary>What a recipe's specialist can judge of a store.</summary>
public sealed class StoreSuitability
{
    private readonly List<StoredVideo> suitable = [];
    private readonly List<AbstainedVideo> abstained = [];

    /// <summary>Looks at the facts of each clip.</summary>
    public StoreSuitability(Recipe recipe, IEnumerable<StoredVideo> videos)
    {
        foreach (var video in videos)
        {
            var clips = video.Clips.Where(clip => FindReasonToAbstain(recipe, clip) is null).ToList();
            if (clips.Count == 0)
                abstained.Add(
                    new AbstainedVideo(
                        video,
                        video.Clips is [var first, ..] ? FindReasonToAbstain(recipe, first)! : "it has no clip"
                    )
                );
            else
                suitable.Add(clips.Count == video.Clips.Count ? video : video with { Clips = clips });
        }
    }

    /// <summary>Videos with those of their clips that the specialist can judge.</summary>
    public IReadOnlyList<StoredVideo> Suitable => suitable;

    /// <summary>Videos without any such clip, with the first clip's reason.</summary>
    public IReadOnlyList<AbstainedVideo> Abstained => abstained;

    /// <summary>Mean width of the face's box in a clip of faces, in native pixels.</summary>
    internal static double FaceWidth(Recipe recipe, StoredClip clip) =>
        clip.Frames.Average(frame => frame.Width) / recipe.Data.FaceMargin;

    /// <summary>Why the recipe's specialist abstains from a clip; null if it can judge it.</summary>
    public static string? FindReasonToAbstain(Recipe recipe, StoredClip clip)
    {
        var ofFace = clip.Video.Row.Track is not null;
        return Suitability.FindReasonToAbstain(
            recipe.Model.Views == ViewSource.Own && Specialist.Find(recipe.Specialist).Hears,
            new ClipFacts(
                ofFace ? FaceWidth(recipe, clip) : null,
                clip.Frames[0].TimeSeconds,
                clip.Frames[^1].TimeSeconds,
                clip.Video.Row.Speech
            )
        );
    }
}
