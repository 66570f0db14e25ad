using Argus.Recipes;
using Argus.Stores;

namespace Argus.Specialists;

/// <summary>What a specialist cannot judge, and why: it abstains, which is not the same as being undecided.</summary>
public static class Suitability
{
    /// <summary>Smaller faces hold too little of any trace.</summary>
    public const double SmallestFacePixels = 64;

    // Of the time from the clip's first to its last frame, and a little around it.
    private const double SpeechShare = 0.3,
        SpeechMarginSeconds = 0.3;

    /// <returns>Why the specialist abstains from the clip; null if it can judge it.</returns>
    public static string? Reason(Recipe recipe, StoredClip clip)
    {
        if (
            clip.Video.Row.Track is not null
            && clip.Frames.Average(frame => frame.Width) / recipe.Data.FaceMargin is var side
            && side < SmallestFacePixels
        )
            return $"the face is {side:0} pixels wide, less than {SmallestFacePixels:0}";
        // With colour pictures alone sound does not matter.
        if (recipe.Model.Views != "own" || !Specialist.Named(recipe.Specialist).Hears)
            return null;
        if (clip.Video.Row.Speech is not { } speech)
            return "the video has no sound";
        var (from, to) = (
            clip.Frames[0].TimeSeconds - SpeechMarginSeconds,
            clip.Frames[^1].TimeSeconds + SpeechMarginSeconds
        );
        var heard = speech.Chunk(2).Sum(stretch => Math.Max(0, Math.Min(to, stretch[1]) - Math.Max(from, stretch[0])));
        return heard < SpeechShare * (to - from) ? "nobody speaks" : null;
    }

    /// <summary>Videos with those of their clips that the specialist can judge, and those without any, with the first clip's reason.</summary>
    public static (List<StoredVideo> Suitable, List<(StoredVideo Video, string Reason)> Abstained) Split(
        Recipe recipe,
        IEnumerable<StoredVideo> videos
    )
    {
        var (suitable, abstained) = (new List<StoredVideo>(), new List<(StoredVideo, string)>());
        foreach (var video in videos)
        {
            var reasons = video.Clips.Select(clip => (Clip: clip, Reason: Reason(recipe, clip))).ToList();
            if (reasons.All(entry => entry.Reason is not null))
                abstained.Add((video, reasons.Count == 0 ? "it has no clip" : reasons[0].Reason!));
            else
                suitable.Add(
                    reasons.All(entry => entry.Reason is null)
                        ? video
                        : video with
                        {
                            Clips = [.. reasons.Where(entry => entry.Reason is null).Select(entry => entry.Clip)],
                        }
                );
        }
        return (suitable, abstained);
    }
}
