using System.Globalization;
using System.Text.RegularExpressions;
using CliWrap;

namespace Argus.Video;

/// <summary>How bright a video of high dynamic range gets, from its key frames.</summary>
internal static partial class PeakLuminance
{
    /// <returns>Luminance of the brightest of nearly all pixels, in candela per square metre.</returns>
    public static async Task<double> MeasureAsync(string path, VideoInfo info, CancellationToken cancel)
    {
        var (_, log) = await Ffmpeg.RunAsync(
            Ffmpeg.Program,
            [
                "-hide_banner",
                "-nostats",
                "-nostdin",
                "-threads",
                "1",
                "-skip_frame",
                "nokey",
                .. Ffmpeg.Input(path),
                "-map",
                $"0:{info.Stream}",
                "-vf",
                "scale=320:-2:flags=area,format=yuv420p10le,signalstats,metadata=print:key=lavfi.signalstats.YMAX",
                "-f",
                "null",
                "-",
            ],
            null,
            PipeTarget.Null,
            cancel,
            limited: true
        );
        return BrightestLuma()
            .Matches(log)
            .Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            // Luma in 10 bits of limited range.
            .Select(luma => Math.Clamp((luma - 64) / 876, 0, 1))
            .Select(signal => info.Transfer == "smpte2084" ? FromPq(signal) : FromHlg(signal))
            .DefaultIfEmpty(0)
            .Max();
    }

    // ITU-R BT.2100, table 4.
    private static double FromPq(double signal)
    {
        var root = Math.Pow(signal, 1 / 78.84375);
        return 10_000 * Math.Pow(Math.Max(0, root - 0.8359375) / (18.8515625 - 18.6875 * root), 1 / 0.1593017578125);
    }

    // ITU-R BT.2100, table 5, on a display of 1000 candela per square metre.
    private static double FromHlg(double signal)
    {
        var scene =
            signal <= 0.5 ? signal * signal / 3 : (Math.Exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12;
        return 1000 * Math.Pow(scene, 1.2);
    }

    [GeneratedRegex(@"lavfi\.signalstats\.YMAX=([\d.]+)")]
    private static partial Regex BrightestLuma();
}
