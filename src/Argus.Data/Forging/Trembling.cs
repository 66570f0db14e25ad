using Argus.Faces;
using OpenCvSharp;

namespace Argus.Data.Forging;

/// <summary>
/// The temporal forgery: each region of each frame is displaced by a vector d (x, y, size, brightness).
/// <code>
/// neither     face u + w     background -u + w        u, v, w constant in time, variance 1/2
/// both        face u + j(t)  background -u + j(t)     j(t) an AR(1) process of variance 1/2, redrawn every frame
/// face        face u + j(t)  background  v + w
/// background  face u + w     background  v + j(t)
/// </code>
/// In all four the pair (face, background) of any one frame is two independent normals of variance 1: a single frame
/// holds
/// nothing, and "both" trembles as much as the fakes do, only in step.
/// </summary>
internal sealed class Trembling : IDisposable
{
    private const double Memory = .3; // correlation of j from frame to frame

    // One standard deviation of x, y (in face radii), log size, log brightness.
    private static readonly double[] Deviations = [.03, .03, .012, .02];

    private readonly KeyedRandom random;
    private readonly ForgedRegion region;
    private readonly double[] u;
    private readonly double[] v;
    private readonly double[] w;
    private readonly double[] j;

    private readonly Delay? delay;

    public IReadOnlyDictionary<string, object> Parameters { get; } =
        new Dictionary<string, object> { ["deviations_x_y_logsize_logbrightness"] = Deviations, ["memory"] = Memory };

    /// <param name="delays">Whether regions are also held back by frames, and the seam between them moves.</param>
    public Trembling(ForgedRegion region, KeyedRandom random, bool delays)
    {
        this.region = region;
        this.random = random;
        u = Draw();
        v = Draw();
        w = Draw();
        j = Draw();
        if (delays)
            delay = new Delay(region, random);
    }

    /// <summary>The face as the mask of the frame that came last has it.</summary>
    public FaceEllipse Seam(FaceEllipse face) => delay?.Seam(face) ?? face;

    /// <summary>The next frame's two regions, each a whole frame; call in the order of time.</summary>
    public (Mat Face, Mat Background) Next(Mat frame, FaceEllipse face)
    {
        for (var i = 0; i < j.Length; i++)
            j[i] = Memory * j[i] + Math.Sqrt((1 - Memory * Memory) / 2) * random.Normal();
        var opposite = u.Select(value => -value).ToArray();
        var (ofFace, ofBackground) = region switch
        {
            ForgedRegion.Neither => (Sum(u, w), Sum(opposite, w)),
            ForgedRegion.Both => (Sum(u, j), Sum(opposite, j)),
            ForgedRegion.Face => (Sum(u, j), Sum(v, w)),
            _ => (Sum(u, w), Sum(v, j)),
        };
        var (faceFrame, backgroundFrame) = delay?.Next(frame) ?? (frame, frame);
        return (Displace(faceFrame, ofFace, face), Displace(backgroundFrame, ofBackground, face));
    }

    public void Dispose() => delay?.Dispose();

    private static Mat Displace(Mat frame, double[] by, FaceEllipse face)
    {
        var scale = Math.Exp(by[2] * Deviations[2]);
        using var matrix = Mat.FromPixelData(
            2,
            3,
            MatType.CV_64FC1,
            new[]
            {
                scale,
                0,
                face.CenterX * (1 - scale) + by[0] * Deviations[0] * face.RadiusX,
                0,
                scale,
                face.CenterY * (1 - scale) + by[1] * Deviations[1] * face.RadiusX,
            }
        );
        var moved = new Mat();
        Cv2.WarpAffine(frame, moved, matrix, frame.Size(), InterpolationFlags.Cubic, BorderTypes.Reflect101);
        moved.ConvertTo(moved, -1, Math.Exp(by[3] * Deviations[3]));
        return moved;
    }

    private double[] Draw() => [.. Deviations.Select(_ => random.Normal() * Math.Sqrt(.5))];

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
