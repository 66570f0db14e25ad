using System.Globalization;

namespace Argus.Video;

/// <summary>
/// What turns coded pictures into those that a viewer sees: one moment a picture, standard dynamic range, square
/// pixels. An ordinary video needs none of it and stays as it is, bit by bit.
/// </summary>
internal static class DisplayFilters
{
    // Diffuse white of HDR production (ITU-R BT.2408) and of what was only packed as HDR, in candela per square metre.
    private const int WhiteNits = 203;
    private const int PackedWhiteNits = 100;

    /// <summary>Brighter than this, it was made as HDR.</summary>
    public const double PackedPeakNits = 130;

    /// <summary>In words, for the index and the answer; empty for an ordinary video.</summary>
    public static IReadOnlyList<string> Describe(VideoInfo info)
    {
        var remarks = new List<string>();
        if (info.Interlaced)
            remarks.Add(
                "it is interlaced: each picture was made of one field, which weakens what its compression can show"
            );
        if (info.HasHighDynamicRange)
            remarks.Add(
                $"it is in {(info.Transfer == "smpte2084" ? "PQ" : "HLG")} (high dynamic range): it was mapped to a "
                    + "standard range, which weakens what its compression and colours can show"
            );
        if (!info.HasSquarePixels)
            remarks.Add(
                $"its pixels are shown {Number(info.PixelAspect)} times as wide as high: it was stretched to square "
                    + "ones, which weakens what its compression and resolution can show"
            );
        if (info.ClockRestartsSeconds is [var first, ..])
            remarks.Add($"its clock starts again after {Number(first)} s: its parts were joined in order");
        return remarks;
    }

    /// <summary>What runs over all frames, before some are chosen: fields are told apart by their neighbours.</summary>
    public static IEnumerable<string> BeforeChoice(VideoInfo info) =>
        info.Interlaced ? ["bwdif=mode=send_frame:deint=interlaced"] : [];

    /// <summary>What runs over the chosen frames.</summary>
    /// <param name="info">The video.</param>
    /// <param name="peakNits">Its brightest luminance; asked only of videos with a high dynamic range.</param>
    public static IEnumerable<string> AfterChoice(VideoInfo info, double peakNits)
    {
        if (info.HasHighDynamicRange)
        {
            var white = peakNits > PackedPeakNits ? WhiteNits : PackedWhiteNits;
            yield return $"zscale=transfer=linear:npl={white},format=gbrpf32le,zscale=primaries=bt709";
            yield return "tonemap=clip:desat=0,zscale=transfer=bt709:matrix=bt709:range=tv,format=yuv444p";
        }
        if (!info.HasSquarePixels)
            yield return $"scale={info.UprightWidth}:{info.UprightHeight}:flags=bicubic,setsar=1";
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
