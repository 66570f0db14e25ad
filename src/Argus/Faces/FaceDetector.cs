using OpenCvSharp;

namespace Argus.Faces;

/// <summary>A face in a picture, in its pixels.</summary>
/// <param name="Landmarks">
/// Five points: right eye, left eye, tip of the nose, right and left corner of the mouth (the person's right).
/// </param>
/// <param name="Score">The detector's, 0 to 1.</param>
/// <param name="Box">In pixels of the frame.</param>
public sealed record Face(Rect2d Box, IReadOnlyList<Point2d> Landmarks, double Score)
{
    /// <summary>Longer side of the box in pixels.</summary>
    public double Side => Math.Max(Box.Width, Box.Height);

    /// <summary>Middle of the box in pixels.</summary>
    public Point2d Centre => new(Box.X + Box.Width / 2, Box.Y + Box.Height / 2);

    /// <summary>
    /// The crop: a square about the box, its longer side times the margin, moved (and if need be shrunk) into the
    /// picture.
    /// </summary>
    public Rect Square(double margin, Size picture)
    {
        var side = Math.Clamp((int)Math.Round(Side * margin), 1, Math.Min(picture.Width, picture.Height));
        int Inside(double centre, int length) => Math.Clamp((int)Math.Round(centre - side / 2.0), 0, length - side);
        return new Rect(Inside(Centre.X, picture.Width), Inside(Centre.Y, picture.Height), side, side);
    }
}

/// <summary>Finds faces with YuNet (Wu et al., 2023). Not safe for parallel use.</summary>
public sealed class FaceDetector(string modelPath) : IDisposable
{
    private const float ScoreThreshold = 0.6f;
    private const float OverlapThreshold = 0.3f;
    private const int Columns = 15; // x, y, width, height, five landmarks, score

    // The search costs 2.4 ms at the first size and 10 at the second, which is taken where a face is too small to be
    // exact.
    private static readonly int[] LongerSides = [320, 640];
    private const double ExactPixels = 40;

    // Of 32 pixels the network's coarsest map is a single cell, and OpenCV's convolution reads memory there that nobody
    // wrote: the same picture then has a face in one run of thirty. A smaller picture gets a black border.
    private const int SmallestSide = 64;

    // The wrapper fixes the input size at creation; videos of one dataset have few sizes.
    private readonly Dictionary<Size, FaceDetectorYN> detectors = [];
    private const int MostDetectors = 16;

    /// <returns>The faces, largest first.</returns>
    /// <param name="bgr">8-bit BGR of any size.</param>
    /// <exception cref="ArgusException">The model's file cannot be read.</exception>
    public IReadOnlyList<Face> Find(Mat bgr)
    {
        List<Face> found = [];
        foreach (var side in LongerSides)
        {
            var scale = Math.Min(1.0, (double)side / Math.Max(bgr.Width, bgr.Height));
            found = Search(bgr, scale);
            if (scale == 1 || found.Any(face => face.Side * scale >= ExactPixels))
                break;
        }
        return [.. found.OrderByDescending(face => face.Box.Width * face.Box.Height)];
    }

    private List<Face> Search(Mat bgr, double scale)
    {
        using var searched = new Mat();
        var size = new Size(
            Math.Max(1, (int)Math.Round(bgr.Width * scale)),
            Math.Max(1, (int)Math.Round(bgr.Height * scale))
        );
        Cv2.Resize(bgr, searched, size, 0, 0, scale < 0.5 ? InterpolationFlags.Area : InterpolationFlags.Linear);
        var right = Math.Max(0, SmallestSide - size.Width);
        var bottom = Math.Max(0, SmallestSide - size.Height);
        if (right + bottom > 0)
            Cv2.CopyMakeBorder(searched, searched, 0, bottom, 0, right, BorderTypes.Constant, Scalar.Black);
        using var rows = new Mat();
        DetectorFor(searched.Size()).Detect(searched, rows);
        if (rows.Rows == 0)
            return [];
        rows.GetArray(out float[] values);
        double toX = (double)bgr.Width / size.Width;
        double toY = (double)bgr.Height / size.Height;
        return
        [
            .. values
                .Chunk(Columns)
                .Select(row => new Face(
                    new Rect2d(row[0] * toX, row[1] * toY, row[2] * toX, row[3] * toY),
                    [.. Enumerable.Range(0, 5).Select(i => new Point2d(row[4 + 2 * i] * toX, row[5 + 2 * i] * toY))],
                    row[14]
                )),
        ];
    }

    private FaceDetectorYN DetectorFor(Size size)
    {
        if (detectors.TryGetValue(size, out var known))
            return known;
        if (detectors.Count == MostDetectors)
            Dispose();
        try
        {
            return detectors[size] = FaceDetectorYN.Create(modelPath, "", size, ScoreThreshold, OverlapThreshold, 5000);
        }
        catch (OpenCVException error)
        {
            throw new ArgusException(
                $"{modelPath} is not a face model that OpenCV can read. Fetch it again: argus models pull yunet.",
                error
            );
        }
    }

    /// <summary>Frees the network.</summary>
    public void Dispose()
    {
        foreach (var detector in detectors.Values)
            detector.Dispose();
        detectors.Clear();
    }
}
