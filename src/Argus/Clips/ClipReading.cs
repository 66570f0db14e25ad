using Argus.Video;
using Argus.Views;
using OpenCvSharp;

namespace Argus.Clips;

/// <summary>A picture of a clip, as it is kept.</summary>
/// <param name="SourceFrame">Number of the frame in the video, from 0.</param>
/// <param name="TimeSeconds">When it is shown after the first frame, to the microsecond.</param>
/// <param name="Rectangle">Where it was cut out of the upright frame.</param>
/// <param name="Coded">
/// The rectangle's corner with the lowest coordinates in the coded frame: where the codec's grid lies.
/// </param>
/// <param name="Picture">8-bit BGR; the reading's, which disposes of it.</param>
/// <param name="Landmarks">
/// x, y of right eye, left eye, nose, right and left corner of the mouth, in the picture's pixels, to a tenth; empty
/// for whole pictures.
/// </param>
/// <param name="Score">The face detector's, 0 to 1; null for whole pictures.</param>
public sealed record ReadFrame(
    int SourceFrame,
    double TimeSeconds,
    Rect Rectangle,
    Point Coded,
    Mat Picture,
    IReadOnlyList<float> Landmarks,
    double? Score
);

/// <summary>A clip of a video.</summary>
/// <param name="Number">
/// Its place among the clips that were asked for, from 0; where a face is missing, its clip is, too.
/// </param>
/// <param name="Frames">In order of time.</param>
public sealed record ReadClip(int Number, IReadOnlyList<ReadFrame> Frames);

/// <summary>What <see cref="ClipReader"/> read of a video, in answer to some requests.</summary>
public sealed class ClipReading : IDisposable
{
    private readonly IReadOnlyList<ClipRequest> requests;
    private readonly IReadOnlyList<ClipPlan?> plans;
    private readonly IReadOnlyDictionary<(int Request, int Frame), Mat> wholePictures;
    private readonly List<Mat> pictures = [];
    private readonly Lazy<float[]> sound;

    internal ClipReading(
        VideoInfo info,
        IReadOnlyList<ClipRequest> requests,
        IReadOnlyList<ClipPlan?> plans,
        IReadOnlyList<string?> refusals,
        IReadOnlyDictionary<(int Request, int Frame), Mat> wholePictures,
        IReadOnlyList<CutTrack> tracks,
        int faceFrames,
        VideoSound? videoSound,
        double? quantizer,
        IReadOnlyList<string> watched
    )
    {
        Info = info;
        this.requests = requests;
        this.plans = plans;
        Refusals = refusals;
        this.wholePictures = wholePictures;
        Tracks = tracks;
        FaceFrames = faceFrames;
        Sound = videoSound;
        Quantizer = quantizer;
        Watched = watched;
        sound = new Lazy<float[]>(() => Sound is null ? [] : VideoSound.ToFloats(Sound.Samples));
    }

    /// <summary>What the file says of itself.</summary>
    public VideoInfo Info { get; }

    /// <summary>By request, why the video cannot serve it; null where it can.</summary>
    public IReadOnlyList<string?> Refusals { get; }

    /// <summary>The faces that were followed, in order of appearance; empty where no request is of faces.</summary>
    public IReadOnlyList<CutTrack> Tracks { get; }

    /// <summary>Frames that were wanted of faces, whether there was one or not.</summary>
    public int FaceFrames { get; }

    /// <summary>Null for a video without sound, and where none was asked for.</summary>
    public VideoSound? Sound { get; }

    /// <summary>Mean luma quantizer at the start; H.264 and H.265 only.</summary>
    public double? Quantizer { get; }

    /// <summary>What <see cref="FrameWatch"/> said of the frames that it chose, in order.</summary>
    public IReadOnlyList<string> Watched { get; }

    /// <summary>Frames of a clip (T) of the request.</summary>
    public int ClipFrames(int request) => requests[request].ClipFrames;

    /// <summary>The request's clips of a face, without those that the face is not in from first to last.</summary>
    public IReadOnlyList<ReadClip> FaceClips(int request, CutTrack track)
    {
        if (plans[request] is not { } plan)
            return [];
        var first = plans.Take(request).Where((_, i) => requests[i].FaceMargin is not null).Sum(Count);
        return
        [
            .. track
                .Crops.Where(crop => crop.Clip >= first && crop.Clip < first + plan.Clips.Count)
                .GroupBy(crop => crop.Clip)
                .Where(clip => clip.Count() == requests[request].ClipFrames)
                .OrderBy(clip => clip.Key)
                .Select(clip => new ReadClip(
                    clip.Key - first,
                    [.. clip.OrderBy(crop => crop.Place).Select(crop => CreateFrame(request, crop))]
                )),
        ];

        static int Count(ClipPlan? plan) => plan?.Clips.Count ?? 0;
    }

    /// <summary>The request's clips of whole pictures.</summary>
    public IReadOnlyList<ReadClip> PictureClips(int request) =>
        plans[request] is { } plan
            ?
            [
                .. plan.Clips.Select(
                    (clip, i) => new ReadClip(i, [.. clip.Select(frame => CreateFrame(request, frame))])
                ),
            ]
            : [];

    /// <summary>The clip as views are computed from it. Its pictures stay this reading's.</summary>
    public ClipInput CreateInput(ReadClip clip) =>
        new(
            [.. clip.Frames.Select(frame => frame.Picture)],
            [],
            [.. clip.Frames.Select(frame => ClipInput.ToPoints(frame.Landmarks))],
            [.. clip.Frames.Select(frame => frame.Coded)],
            [.. clip.Frames.Select(frame => frame.TimeSeconds)],
            sound.Value
        );

    private ReadFrame CreateFrame(int request, FaceCrop crop)
    {
        var picture = crop.Shrink(requests[request].LargestCropPixels, out var landmarks);
        pictures.Add(picture);
        return new ReadFrame(
            crop.SourceFrame,
            TimeOf(crop.SourceFrame),
            crop.Square,
            Info.Coded(crop.Square),
            picture,
            landmarks,
            Math.Round(crop.Face.Score, 3)
        );
    }

    private ReadFrame CreateFrame(int request, int frame)
    {
        var whole = new Rect(0, 0, Info.UprightWidth, Info.UprightHeight);
        return new ReadFrame(
            frame,
            TimeOf(frame),
            whole,
            Info.Coded(whole),
            wholePictures[(request, frame)],
            [],
            Score: null
        );
    }

    private double TimeOf(int frame) => Math.Round(Info.FrameTimesSeconds[frame], 6);

    /// <summary>Frees all pictures.</summary>
    public void Dispose()
    {
        foreach (var picture in pictures.Concat(wholePictures.Values))
            picture.Dispose();
        foreach (var crop in Tracks.SelectMany(track => track.Crops))
            crop.Picture.Dispose();
    }
}
