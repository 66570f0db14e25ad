using System.Buffers.Binary;
using Argus.Video;
using OpenCvSharp;
using SkiaSharp;

namespace Argus.Clips;

/// <summary>A picture file, taken as a video of one frame: specialists that need time or sound abstain.</summary>
/// <param name="Pixels">8-bit BGR, upright.</param>
/// <param name="Info">What is said of it.</param>
internal sealed record StillPicture(Mat Pixels, VideoInfo Info) : IDisposable
{
    /// <summary>What stands for a container in a picture's <see cref="VideoInfo"/>.</summary>
    public const string Container = "image";

    // The best that any of these formats can do is black in one bit a pixel, deflated: 8256 pixels a byte.
    private const long MostPixelsPerByte = 10_000;
    private const long SmallPixels = 1L << 20;

    /// <returns>Null for a file that is no picture, or a moving one that ffmpeg reads.</returns>
    /// <exception cref="UnreadableVideoException">It is one, but too large or damaged.</exception>
    public static StillPicture? Read(string path)
    {
        using var codec = Open(path);
        if (codec is null)
            return null;
        if (codec.EncodedFormat == SKEncodedImageFormat.Png && !ChunksFit(path))
            throw new UnreadableVideoException("the picture is damaged");
        // OpenCV fills what is missing with grey, without a word.
        using var decoded = new SKBitmap(
            codec
                .Info.WithColorType(SKColorType.Bgra8888)
                .WithAlphaType(codec.Info.IsOpaque ? SKAlphaType.Opaque : SKAlphaType.Premul)
        );
        if (codec.GetPixels(decoded.Info, decoded.GetPixels()) != SKCodecResult.Success)
            throw new UnreadableVideoException("the picture is damaged");
        var picture = Cv2.ImRead(path, ImreadModes.Color);
        if (picture.Empty())
        {
            // OpenCV reads no GIF.
            using var bgra = Mat.FromPixelData(
                decoded.Height,
                decoded.Width,
                MatType.CV_8UC4,
                decoded.GetPixels(),
                decoded.RowBytes
            );
            Cv2.CvtColor(bgra, picture, ColorConversionCodes.BGRA2BGR);
        }
        var info = new VideoInfo(Container, "", "image", "bgr24", picture.Width, picture.Height, [0], 0, 0, 0, null)
        {
            Remarks =
                codec.FrameCount > 1
                    ? [$"it is an animated picture of {codec.FrameCount} frames; only the first was judged"]
                    : [],
        };
        return new StillPicture(picture, info);
    }

    public void Dispose() => Pixels.Dispose();

    /// <summary>Whether it is one, from its header alone.</summary>
    /// <exception cref="UnreadableVideoException">It is one, but too large.</exception>
    public static bool IsPicture(string path)
    {
        using var codec = Open(path);
        return codec is not null;
    }

    private static SKCodec? Open(string path)
    {
        // Opening a pipe or a device would wait for ever; those have no length. What is no picture by its first bytes
        // may still look like one of Skia's rarer formats.
        if (new FileInfo(path) is not { Exists: true, Length: > 0 } || !HasPictureSignature(path, out var mayMove))
            return null;
        var codec = SKCodec.Create(path) ?? throw new UnreadableVideoException("the picture is damaged");
        var pixels = (long)codec.Info.Width * codec.Info.Height;
        if (pixels > VideoProbe.LargestPixels || pixels > SmallPixels + MostPixelsPerByte * new FileInfo(path).Length)
        {
            using (codec)
                throw new UnreadableVideoException($"the picture claims to be {codec.Info.Width}x{codec.Info.Height}");
        }
        if (!mayMove || codec.FrameCount <= 1)
            return codec;
        codec.Dispose();
        return null;
    }

    // Whether every chunk of a PNG ends within the file (PNG specification, 5.3): OpenCV takes memory for as many bytes
    // as a chunk claims.
    private static bool ChunksFit(string path)
    {
        const int signatureBytes = 8;
        const int checksumBytes = 4;
        Span<byte> head = stackalloc byte[8]; // length and type
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = signatureBytes;
        while (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length)
        {
            file.Position += BinaryPrimitives.ReadUInt32BigEndian(head) + checksumBytes;
            if (file.Position > file.Length)
                return false;
            if (head.EndsWith("IEND"u8))
                break;
        }
        return true;
    }

    // JPEG, PNG (but a moving one), GIF, BMP, WebP. ffmpeg reads moving GIF and PNG; Debian's no moving WebP.
    private static bool HasPictureSignature(string path, out bool mayMove)
    {
        Span<byte> head = stackalloc byte[64];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        mayMove = head.StartsWith("GIF8"u8);
        if (head is [0x89, (byte)'P', (byte)'N', (byte)'G', ..])
            return head.IndexOf("acTL"u8) < 0;
        return mayMove
            || head is [0xFF, 0xD8, 0xFF, ..]
            || head.StartsWith("BM"u8)
            || (head.StartsWith("RIFF"u8) && head.Length >= 12 && head[8..12].SequenceEqual("WEBP"u8));
    }
}
