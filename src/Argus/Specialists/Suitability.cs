namespace Argus.Specialists;

/// <summary>What tells whether a specialist can judge a clip.</summary>
/// <param name="FaceWidthPixels">
/// Mean width of the face's box in the native picture; null where the clip is of whole pictures.
/// </param>
/// <param name="FromSeconds">When the first frame is shown.</param>
/// <param name="ToSeconds">When the last frame is shown.</param>
/// <param name="Speech">When somebody speaks: from, to, from, to, … in seconds; null for a video without sound.</param>
public sealed record ClipFacts(
    double? FaceWidthPixels,
    double FromSeconds,
    double ToSeconds,
    IReadOnlyList<double>? Speech
);

/// <summary>What a specialist cannot judge, and why: it abstains, which is not the same as being undecided.</summary>
public static class Suitability
{
    /// <summary>Smaller faces hold too little of any trace.</summary>
    public const double SmallestFacePixels = 64;

    // Share of the clip's time, and of a little around it, in which somebody must speak.
    private const double SpeechShare = 0.3;
    private const double SpeechMarginSeconds = 0.3;

    /// <summary>Why a specialist abstains from a clip; null if it can judge it.</summary>
    /// <param name="hears">Whether one of the views that the specialist looks at is of the sound.</param>
    /// <param name="clip">The clip's facts.</param>
    public static string? FindReasonToAbstain(bool hears, ClipFacts clip)
    {
        if (clip.FaceWidthPixels is { } width && width < SmallestFacePixels)
            return $"the face is {width:0} pixels wide, less than {SmallestFacePixels:0}";
        if (!hears)
            return null;
        if (clip.Speech is null)
            return "the video has no sound";
        var from = clip.FromSeconds - SpeechMarginSeconds;
        var to = clip.ToSeconds + SpeechMarginSeconds;
        var heard = clip
            .Speech.Chunk(2)
            .Sum(stretch => Math.Max(0, Math.Min(to, stretch[1]) - Math.Max(from, stretch[0])));
        return heard < SpeechShare * (to - from) ? "nobody speaks" : null;
    }
}
