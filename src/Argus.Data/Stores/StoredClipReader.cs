using Argus.Clips;
using Argus.Views;
using OpenCvSharp;

namespace Argus.Data.Stores;

/// <summary>Reads clips of a store as views are computed from them. Safe for parallel use.</summary>
public sealed class StoredClipReader(Store store)
{
    // More than the views look at, so that a forged shift of the sound has some to come in.
    private const double SoundMarginSeconds = 3.5;

    /// <summary>The clip with its pictures decoded; its times are those of the sound that comes along.</summary>
    /// <param name="clip">A clip of the store.</param>
    /// <param name="withSound">Whether the sound around the clip is wanted.</param>
    /// <exception cref="ArgusException">A picture is damaged.</exception>
    public ClipInput Read(StoredClip clip, bool withSound)
    {
        var times = clip.Frames.Select(frame => frame.TimeSeconds).ToList();
        short[] samples = [];
        var fromSeconds = 0.0;
        if (withSound)
            (samples, fromSeconds) = store.ReadSound(
                clip.Video,
                times[0] - SoundMarginSeconds,
                times[^1] + SoundMarginSeconds
            );
        return new ClipInput(
            [.. clip.Frames.Select(frame => ReadPicture(clip, frame))],
            [],
            [.. clip.Frames.Select(frame => ClipInput.ToPoints(frame.Landmarks))],
            [.. clip.Frames.Select(frame => new Point(frame.CodedX, frame.CodedY))],
            [.. times.Select(time => time - fromSeconds)],
            VideoSound.ToFloats(samples)
        );
    }

    private Mat ReadPicture(StoredClip clip, StoreFrame frame)
    {
        var picture = Cv2.ImDecode(store.Read(clip.Video, frame), ImreadModes.Color);
        if (!picture.Empty())
            return picture;
        throw new ArgusException(
            $"{clip.Video.Row.Shard} holds a damaged picture of {clip.Video.Item.Key} (clip {clip.Number}). "
                + "Delete the store's folder and prepare again."
        );
    }
}
