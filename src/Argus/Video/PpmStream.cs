using System.Buffers;
using System.Globalization;
using OpenCvSharp;

namespace Argus.Video;

/// <summary>Binary PPM pictures (netpbm P6) one after another.</summary>
internal static class PpmStream
{
    private const int LongestWord = 10;

    /// <returns>8-bit BGR; null at the stream's end.</returns>
    /// <exception cref="UnreadableVideoException">What comes is no picture.</exception>
    /// <exception cref="EndOfStreamException">The stream ends within a picture.</exception>
    public static async Task<Mat?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        if (await WordAsync(stream, cancel) is not { } magic)
            return null;
        if (magic != "P6")
            throw Broken();
        var width = await NumberAsync(stream, cancel);
        var height = await NumberAsync(stream, cancel);
        await NumberAsync(stream, cancel); // largest value, 255
        if ((long)width * height > VideoProbe.LargestPixels)
            throw Broken();
        // Pictures of a few megabytes, one after another: a borrowed buffer keeps them out of the garbage collector's
        // way.
        var bytes = ArrayPool<byte>.Shared.Rent(width * height * 3);
        try
        {
            await stream.ReadExactlyAsync(bytes.AsMemory(0, width * height * 3), cancel);
            using var rgb = Mat.FromPixelData(height, width, MatType.CV_8UC3, bytes);
            var bgr = new Mat();
            Cv2.CvtColor(rgb, bgr, ColorConversionCodes.RGB2BGR);
            return bgr;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static UnreadableVideoException Broken() => new("ffmpeg wrote something that is no picture");

    private static async Task<int> NumberAsync(Stream stream, CancellationToken cancel) =>
        int.TryParse(await WordAsync(stream, cancel), CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw Broken();

    private static async Task<string?> WordAsync(Stream stream, CancellationToken cancel)
    {
        var word = "";
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancel) == 1)
        {
            if (!char.IsWhiteSpace((char)one[0]))
                word += (char)one[0];
            else if (word.Length > 0)
                return word;
            if (word.Length > LongestWord)
                throw Broken();
        }
        return word.Length > 0 ? word : null;
    }
}
