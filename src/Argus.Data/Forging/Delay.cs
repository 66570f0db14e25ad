using Argus.Faces;
using OpenCvSharp;

namespace Argus.Data.Forging;

/// <summary>
/// The temporal forgery's holds and drops: a region shows an earlier frame, and how much earlier changes.
/// <code>
/// neither     face a          background b          a, b 0 or 1, constant in time
/// both        face a + h(t)   background b + h(t)   h(t) 0 or 1, from frame to frame
/// face        face h(t)       background b
/// background  face a          background h(t)
/// </code>
/// The difference of the two, which is all that a single frame could show, has the same distribution in all four. The
/// seam between
/// the regions trembles in the fakes and is off by a constant of the same deviation in the reals.
/// </summary>
internal sealed class Delay : IDisposable
{
    private const double Share = .2; // of frames that are one late
    private const double Memory = .3;
    private const double SeamDeviation = .04; // of the face's radius
    private const int Longest = 2;

    private readonly KeyedRandom random;
    private readonly ForgedRegion region;
    private readonly int a;
    private readonly int b;
    private readonly Queue<Mat> earlier = new();
    private int h;
    private double seam;

    public Delay(ForgedRegion region, KeyedRandom random)
    {
        this.region = region;
        this.random = random;
        a = Late();
        b = Late();
        h = Late();
        seam = random.Normal();
    }

    /// <summary>The frames that the face and the background are taken from; valid until the next call.</summary>
    public (Mat Face, Mat Background) Next(Mat frame)
    {
        if (earlier.Count > Longest)
            earlier.Dequeue().Dispose();
        earlier.Enqueue(frame.Clone());
        if (!random.Chance(Memory))
            h = Late();
        var step = Memory * seam + Math.Sqrt(1 - Memory * Memory) * random.Normal();
        if (region is ForgedRegion.Face or ForgedRegion.Background)
            seam = step;
        var (face, background) = region switch
        {
            ForgedRegion.Neither => (a, b),
            ForgedRegion.Both => (a + h, b + h),
            ForgedRegion.Face => (h, b),
            _ => (a, h),
        };
        return (Before(face), Before(background));
    }

    public FaceEllipse Seam(FaceEllipse face) =>
        face with
        {
            CenterX = face.CenterX + seam * SeamDeviation * face.RadiusX,
        };

    public void Dispose()
    {
        foreach (var frame in earlier)
            frame.Dispose();
    }

    private Mat Before(int frames) => earlier.ElementAt(Math.Max(0, earlier.Count - 1 - frames));

    private int Late() => random.Chance(Share) ? 1 : 0;
}
