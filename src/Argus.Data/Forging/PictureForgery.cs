using Argus.Faces;
using OpenCvSharp;

namespace Argus.Data.Forging;

/// <summary>
/// One video's forgery of its picture, frame by frame. Region <see cref="ForgedRegion.Both"/> gives the real twin: the
/// same operation with the same parameters over the whole frame; <see cref="ForgedRegion.Neither"/> leaves the frame as
/// it is (but for <see cref="ForgeryKind.Temporal"/>, where it is displaced by a constant).
/// </summary>
public sealed class PictureForgery : IDisposable
{
    private readonly ForgedRegion region;
    private readonly Func<Size, FaceEllipse, Mat> draw;
    private readonly BlendMask? blend;
    private readonly FrameOperation? operation;
    private readonly Trembling? trembling;

    /// <param name="size">Size of every frame that will come.</param>
    /// <param name="recorded">Real people, with the full ranges; false for drawn ones, which have fewer pixels.</param>
    public PictureForgery(ForgeryKind kind, ForgedRegion region, Size size, KeyedRandom random, bool recorded)
    {
        this.region = region;
        if (kind == ForgeryKind.Blend)
            draw = (blend = new BlendMask(random)).Draw;
        else
            draw = new FaceMask(random).Draw;
        if (kind == ForgeryKind.Temporal)
            trembling = new Trembling(region, random, delays: recorded);
        else if (FrameOperations.Makers.TryGetValue(kind, out var maker))
            operation = maker(random, size, recorded);
        else if (region != ForgedRegion.Neither)
            throw new ArgusException($"A forgery of kind {kind} leaves the picture alone; its region is Neither.");
    }

    /// <summary>The next frame, forged: a new image. Call once for each frame in the order of time.</summary>
    /// <param name="frame">BGR, 8 bits; not changed.</param>
    public Mat Apply(Mat frame, FaceEllipse face)
    {
        if (trembling is not null)
        {
            var (ofFace, ofBackground) = trembling.Next(frame, face);
            return Merge(ofBackground, ofFace, trembling.Seam(face));
        }
        if (region == ForgedRegion.Neither || operation is null)
            return frame.Clone();
        var changed = operation.Apply(frame, face);
        return region switch
        {
            ForgedRegion.Both => changed,
            ForgedRegion.Face => Merge(frame.Clone(), changed, face),
            _ => Merge(changed, frame.Clone(), face),
        };
    }

    /// <summary>What was drawn for the operation.</summary>
    public IReadOnlyDictionary<string, object> Parameters =>
        blend is null
            ? operation?.Parameters ?? trembling?.Parameters ?? new Dictionary<string, object>()
            : operation!.Parameters.Concat(blend.Parameters).ToDictionary();

    /// <summary>
    /// The region that is forged, in the frame that came last: (height, width), 8 bits, 255 inside the face.
    /// </summary>
    public Mat Mask(Size size, FaceEllipse face) => draw(size, trembling?.Seam(face) ?? face);

    public void Dispose() => trembling?.Dispose();

    private Mat Merge(Mat background, Mat ofFace, FaceEllipse face)
    {
        using var weight = draw(background.Size(), face);
        Blending.Over(background, ofFace, weight);
        ofFace.Dispose();
        return background;
    }
}
