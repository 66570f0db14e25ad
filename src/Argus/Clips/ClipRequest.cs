using Argus.Imaging;
using Argus.Recipes;
using Argus.Video;

namespace Argus.Clips;

/// <summary>Which clips somebody wants of a video, and of what.</summary>
public sealed record ClipRequest
{
    /// <summary>Clips wanted, evenly spread over the part of the video.</summary>
    public required int Clips { get; init; }

    /// <summary>Frames a clip (T).</summary>
    public required int ClipFrames { get; init; }

    /// <summary>Frames a second within a clip.</summary>
    public required double FramesPerSecond { get; init; }

    /// <summary>First and last frame wanted, as shares of the video's length.</summary>
    public required double From { get; init; }

    /// <inheritdoc cref="From"/>
    public required double To { get; init; }

    /// <summary>
    /// All of the video is wanted, clip after clip, up to <see cref="MostFrames"/>; the four properties above but the
    /// frames a clip and their rate do not count then.
    /// </summary>
    public bool EveryFrame { get; init; }

    /// <summary>Frames that <see cref="EveryFrame"/> keeps; of longer videos clips are spread evenly.</summary>
    public const int MostFrames = 3000;

    /// <summary>What is cut out of the frames, and what is done to it before it is kept.</summary>
    public required Preprocessing Preprocessing { get; init; }

    /// <summary>
    /// Side of a face's square crop as a multiple of the face box's longer side; null for whole pictures.
    /// </summary>
    public double? FaceMargin { get; init; }

    /// <summary>Longest side of a face's crop in pixels, larger ones are shrunk; null for native size.</summary>
    public int? LargestCropPixels { get; init; }

    /// <summary>What a model with that recipe wants of a video that it judges.</summary>
    public static ClipRequest Create(Recipe recipe)
    {
        var face = recipe.Data.Crop == CropMode.Face;
        return new ClipRequest
        {
            Clips = recipe.Data.EvalFrames,
            ClipFrames = recipe.Data.ClipFrames,
            FramesPerSecond = recipe.Data.ClipRate,
            From = recipe.Data.FrameRange[0],
            To = recipe.Data.FrameRange[1],
            Preprocessing = ModelInput.Create(recipe).CreatePreprocessing(),
            FaceMargin = face ? recipe.Data.FaceMargin : null,
            LargestCropPixels = face && recipe.Data.LargestCrop > 0 ? recipe.Data.LargestCrop : null,
        };
    }

    /// <summary>Why a picture gives no clip of several frames.</summary>
    internal const string PictureHasNoTime = "a picture has no time";

    /// <summary>The frames of each clip in such a video.</summary>
    /// <exception cref="UnreadableVideoException">The video, or each of its shots, is too short for a clip.</exception>
    internal ClipPlan Plan(VideoInfo info) =>
        info.Container is StillPicture.Container or PictureSequence.Container && ClipFrames > 1
            ? throw new UnreadableVideoException($"{PictureHasNoTime}: a clip here is {ClipFrames} frames")
            : ClipPlan.Choose(
                info.FrameTimesSeconds,
                EveryFrame ? CountClips(info) : Clips,
                ClipFrames,
                FramesPerSecond,
                EveryFrame ? 0 : From,
                EveryFrame ? 1 : To,
                info.ShotStarts
            );

    // One after another.
    private int CountClips(VideoInfo info) =>
        Math.Clamp(
            ClipFrames == 1 ? info.FrameCount : (int)Math.Ceiling(info.DurationSeconds * FramesPerSecond / ClipFrames),
            1,
            MostFrames / ClipFrames
        );
}
