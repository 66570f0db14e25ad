using Argus.Clips;
using Argus.Video;
using OpenCvSharp;

namespace Argus.Data.Stores;

/// <summary>What a track's being the label's subject was told by.</summary>
public enum SubjectEvidence
{
    OnlyFace,
    Mask,
    Original,
    LargestFace,
}

/// <summary>
/// Decides which of several faces a video's label is about: the one that the forgery changed, where that can be seen.
/// </summary>
internal static class SubjectTrack
{
    private const int FramesCompared = 8;

    // The changed face differs from its original by more than compression does, or the comparison says nothing.
    private const double ClearlyMore = 1.3;

    /// <param name="tracks">At least one.</param>
    /// <param name="mask">Video of the changed pixels, white on black, frame for frame; null for none.</param>
    /// <param name="original">The video that a fake was made from, frame for frame; null for none.</param>
    public static async Task<(CutTrack Track, SubjectEvidence Evidence)> ChooseAsync(
        IReadOnlyList<CutTrack> tracks,
        string? mask,
        string? original,
        CancellationToken cancel
    )
    {
        if (tracks.Count == 1)
            return (tracks[0], SubjectEvidence.OnlyFace);
        if (
            mask is not null
            && await ChangedAsync(tracks, mask, (crop, frame) => frame.Mean().Val0, cancel) is { } masked
        )
            return (masked, SubjectEvidence.Mask);
        if (original is not null && await ChangedAsync(tracks, original, Difference, cancel) is { } differing)
            return (differing, SubjectEvidence.Original);
        return (
            tracks.MaxBy(track => track.Crops.Sum(crop => crop.Face.Box.Width * crop.Face.Box.Height))!,
            SubjectEvidence.LargestFace
        );
    }

    private static double Difference(FaceCrop crop, Mat original)
    {
        using var difference = new Mat();
        Cv2.Absdiff(crop.Picture, original, difference);
        var mean = difference.Mean();
        return (mean.Val0 + mean.Val1 + mean.Val2) / 3;
    }

    // The track with clearly the highest mean of a measure between its crops and the same places of another video.
    private static async Task<CutTrack?> ChangedAsync(
        IReadOnlyList<CutTrack> tracks,
        string video,
        Func<FaceCrop, Mat, double> measure,
        CancellationToken cancel
    )
    {
        var frames = tracks
            .SelectMany(track => track.Crops.Select(crop => crop.SourceFrame))
            .Distinct()
            .Order()
            .ToList();
        var compared = FrameReader.Choose(frames.Count, FramesCompared, 0, 1).Select(i => frames[i]).ToList();
        var values = tracks.ToDictionary(track => track, _ => new List<double>());
        try
        {
            await FrameReader.ReadAsync(
                video,
                compared,
                (index, frame) =>
                {
                    using var owned = frame;
                    foreach (var track in tracks)
                    {
                        foreach (
                            var crop in track
                                .Crops.Where(crop =>
                                    crop.SourceFrame == index
                                    && crop.Square.Right <= frame.Width
                                    && crop.Square.Bottom <= frame.Height
                                )
                                .Take(1)
                        )
                        {
                            using var part = frame.SubMat(crop.Square);
                            values[track].Add(measure(crop, part));
                        }
                    }
                },
                cancel
            );
        }
        catch (UnreadableVideoException)
        {
            return null;
        }
        var means = tracks
            .Select(track => (Track: track, Mean: values[track].DefaultIfEmpty(0).Average()))
            .OrderByDescending(entry => entry.Mean)
            .ToList();
        return means[0].Mean > ClearlyMore * means[1].Mean + 0.01 ? means[0].Track : null;
    }
}
