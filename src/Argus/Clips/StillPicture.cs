using Argus.Video;
using OpenCvSharp;
using SkiaSharp;

namespace Argus.Clips;

/// <summary>A picture file, taken as a video of one frame: specialists that need time or sound abstain.</summary>
internal static class StillPicture
{
    private const long LargestPixels = 64L << 20; // as for videos

    /// <returns>8-bit BGR, upright; null for a file that is no picture.</returns>
    /// <exception cref="UnreadableVideoException">It is one, but too large or damaged.</exception>
    public static Mat? Read(string path)
    {
        using var codec = Open(path);
        if (codec is null)
            return null;
        // OpenCV fills what is missing with grey, without a word.
        using (var pixels = new SKBitmap(codec.Info))
        {
            if (codec.GetPixels(pixels.Info, pixels.GetPixels()) != SKCodecResult.Success)
                throw new UnreadableVideoException("the picture is damaged");
        }
        var picture = Cv2.ImRead(path, ImreadModes.Color);
        if (!picture.Empty())
            return picture;
        picture.Dispose();
        throw new UnreadableVideoException("the picture is damaged");
    }

    /// <summary>Whether it is one, from its header alone.</summary>
    /// <exception cref="UnreadableVideoException">It is one, but too large.</exception>
    public static bool IsPicture(string path)
    {
        using var codec = Open(path);
        return codec is not null;
    }

    private static SKCodec? Open(string path)
    {
        // Opening a pipe or a device would wait for ever; those have no length.
        var codec = new FileInfo(path) is { Exists: true, Length: > 0 } ? SKCodec.Create(path) : null;
        if (codec is null || (long)codec.Info.Width * codec.Info.Height <= LargestPixels)
            return codec;
        using (codec)
            throw new UnreadableVideoException($"the picture claims to be {codec.Info.Width}x{codec.Info.Height}");
    }

    public static VideoInfo Describe(Mat picture) =>
        new("image", "", "image", "bgr24", picture.Width, picture.Height, [0], 0, 0, 0, null);
}
