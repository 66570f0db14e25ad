using Argus.Faces;
using Argus.Video;
using OpenCvSharp;

namespace Argus.Clips;

/// <summary>A face cut out of a frame, at native size.</summary>
/// <param name="Clip">Number of the clip in the plan, from 0.</param>
/// <param name="Square">
/// In the decoded frame; the same for all frames of a clip, so that its pixels are comparable.
/// </param>
/// <param name="Face">Where the face is, in the decoded frame.</param>
/// <param name="Picture">8-bit BGR, of the size of the square.</param>
/// <param name="SourceFrame">The frame's number in the video.</param>
/// <param name="Place">Place in the clip, from 0.</param>
public sealed record FaceCrop(int Clip, int Place, int SourceFrame, Rect Square, Face Face, Mat Picture)
{
    /// <summary>A copy that is no larger than so many pixels (null: as large as it is), as models see it.</summary>
    /// <param name="landmarks">x, y, … in the copy's pixels, to a tenth.</param>
    /// <param name="largest">Longest side in pixels; null for any.</param>
    public Mat Shrink(int? largest, out List<float> landmarks)
    {
        var scale = largest < Square.Width ? (double)largest.Value / Square.Width : 1;
        landmarks =
        [
            .. Face
                .Landmarks.SelectMany(point => new[] { (point.X - Square.X) * scale, (point.Y - Square.Y) * scale })
                .Select(value => (float)Math.Round(value, 1)),
        ];
        if (scale == 1)
            return Picture.Clone();
        var shrunk = new Mat();
        Cv2.Resize(Picture, shrunk, new Size(largest!.Value, largest.Value), 0, 0, InterpolationFlags.Area);
        return shrunk;
    }
}

/// <summary>A track with the crops of its clips.</summary>
public sealed record CutTrack(FaceTrack Track, IReadOnlyList<FaceCrop> Crops);

/// <summary>
/// Cuts the faces out of a video while it is decoded: a frame waits until the track around it is known, then its crops
/// are cut and the frame is let go. So memory depends on the seconds that are waited for, not on the length of the
/// video.
/// </summary>
/// <param name="detector">Finds faces.</param>
/// <param name="margins">By clip: side of a crop as a multiple of the face box's longer side.</param>
/// <param name="plan">The clips to cut.</param>
/// <param name="times">When each frame is shown, ascending.</param>
/// <param name="shotStarts">First frames of the shots but the first; no face is followed from one to the next.</param>
public sealed class FaceCutter(
    FaceDetector detector,
    IReadOnlyList<double> margins,
    ClipPlan plan,
    double[] times,
    IReadOnlyList<int> shotStarts
) : IDisposable
{
    /// <summary>No further apart are two frames in which faces are looked for.</summary>
    public const double LongestLookSeconds = 0.5;

    // Closer ones are interpolated.
    private const double ShortestLookSeconds = 0.2;

    // What smoothing may still change of a frame's box is little once so much is known of what comes after.
    private const double SettledSeconds = 0.5;
    private const long MostWaitingBytes = 192L << 20;

    /// <summary>The clips that are cut.</summary>
    public ClipPlan Plan => plan;

    private readonly FaceTracker tracker = new([.. shotStarts.Select(frame => times[frame])]);
    private readonly Queue<(int Index, Mat Frame)> waiting = new();
    private readonly Dictionary<FaceTrack, List<FaceCrop>> crops = [];
    private readonly List<double> looks = [];
    private double lastLook = double.NegativeInfinity;
    private long waitingBytes;

    /// <summary>The plan's frames, and between them so many that faces can be followed.</summary>
    public static IReadOnlyList<int> ChooseDetectionFrames(ClipPlan plan, double[] times)
    {
        var frames = new List<int>(plan.Frames);
        for (var i = 1; i < plan.Frames.Count; i++)
        {
            var from = plan.Frames[i - 1];
            var to = plan.Frames[i];
            var more = (int)Math.Ceiling((times[to] - times[from]) / LongestLookSeconds) - 1;
            frames.AddRange(
                Enumerable.Range(1, Math.Max(0, more)).Select(k => from + (int)((long)(to - from) * k / (more + 1)))
            );
        }
        return [.. frames.Distinct().Order()];
    }

    /// <param name="frame">Owned from here on.</param>
    /// <param name="index">The frame's number in the video.</param>
    public void Add(int index, Mat frame)
    {
        if (times[index] - lastLook >= ShortestLookSeconds || index == plan.Frames[^1])
        {
            tracker.Add(times[index], detector.Find(frame));
            lastLook = times[index];
            looks.Add(lastLook);
        }
        if (plan.Uses(index).Count == 0)
        {
            frame.Dispose();
        }
        else
        {
            waiting.Enqueue((index, frame));
            waitingBytes += Bytes(frame);
        }
        while (
            waiting.Count > 0
            && (Needed(waiting.Peek().Index) + SettledSeconds < lastLook || waitingBytes > MostWaitingBytes)
        )
            Cut();
    }

    // Until when the track must be known: a clip's square is that of its middle, which lies ahead of its first frames.
    private double Needed(int index) => plan.Uses(index).Select(use => Middle(use.Clip)).Append(times[index]).Max();

    private double Middle(int clip) => (times[plan.Clips[clip][0]] + times[plan.Clips[clip][^1]]) / 2;

    /// <summary>
    /// All tracks that were seen more than once (where their shot was looked at more than once), in order of
    /// appearance; the caller owns the pictures.
    /// </summary>
    public IReadOnlyList<CutTrack> Finish()
    {
        while (waiting.Count > 0)
            Cut();
        var kept = tracker.Tracks.Where(track => crops.ContainsKey(track) && track.IsFace(looks)).ToList();
        foreach (var crop in crops.Where(entry => !kept.Contains(entry.Key)).SelectMany(entry => entry.Value))
            crop.Picture.Dispose();
        var cut = kept.Select(track => new CutTrack(track, crops[track])).ToList();
        crops.Clear();
        return cut;
    }

    private void Cut()
    {
        var (index, frame) = waiting.Dequeue();
        waitingBytes -= Bytes(frame);
        using (frame)
        {
            foreach (var (clip, place) in plan.Uses(index))
            {
                var middle = Middle(clip);
                foreach (var track in tracker.Tracks)
                {
                    if (track.At(middle) is not { } whole || track.At(times[index]) is not { } face)
                        continue;
                    var square = whole.Square(margins[clip], frame.Size());
                    if (!crops.TryGetValue(track, out var list))
                        crops[track] = list = [];
                    using var part = frame.SubMat(square);
                    list.Add(new FaceCrop(clip, place, index, square, face, part.Clone()));
                }
            }
        }
    }

    private static long Bytes(Mat frame) => frame.Total() * frame.ElemSize();

    /// <summary>Frees frames that wait and crops that nobody took.</summary>
    public void Dispose()
    {
        foreach (var (_, frame) in waiting)
            frame.Dispose();
        foreach (var crop in crops.Values.SelectMany(list => list))
            crop.Picture.Dispose();
        waiting.Clear();
        crops.Clear();
    }
}
