using System.Buffers;
using System.Globalization;
using OpenCvSharp;

namespace Argus.Video;

/// <summary>Binary PPM pictures (netpbm P6) one after another.</summary>
internal static class PpmStream
{
    public static async Task<Mat?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        if (await WordAsync(stream, cancel) is not { } magic)
            return null;
        if (magic != "P6")
            throw new UnreadableVideoException("ffmpeg wrote something that is no picture");
        var width = int.Parse((await WordAsync(stream, cancel))!, CultureInfo.InvariantCulture);
        var height = int.Parse((await WordAsync(stream, cancel))!, CultureInfo.InvariantCulture);
        await WordAsync(stream, cancel); // largest value, 255
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
        }
        return word.Length > 0 ? word : null;
    }
}
