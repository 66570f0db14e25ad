using OpenCvSharp;

namespace Argus.Faces;

/// <summary>
/// A face turned and scaled so that its five landmarks lie where ArcFace's template (Deng et al., 2019) has them, as
/// most face networks are trained.
/// </summary>
public static class FivePoints
{
    // Right eye, left eye, nose, right and left corner of the mouth in 112x112 pixels.
    private static readonly Point2d[] Template =
    [
        new(38.2946, 51.6963),
        new(73.5318, 51.5014),
        new(56.0252, 71.7366),
        new(41.5493, 92.3655),
        new(70.7299, 92.2041),
    ];

    private const double TemplateSize = 112;

    /// <summary>The aligned face; the caller's.</summary>
    /// <param name="picture">The face and what is around it.</param>
    /// <param name="landmarks">Right eye, left eye, nose, right and left corner of the mouth, in its pixels.</param>
    /// <param name="size">Side of the result in pixels.</param>
    /// <param name="scale">How much is seen around the template, as a multiple of it; 1: the template itself.</param>
    public static Mat Align(Mat picture, IReadOnlyList<Point2f> landmarks, int size, double scale)
    {
        var target = Array.ConvertAll(Template, point => new Point2d(Place(point.X), Place(point.Y)));
        using var change = Similarity([.. landmarks.Select(point => new Point2d(point.X, point.Y))], target);
        var aligned = new Mat();
        Cv2.WarpAffine(picture, aligned, change, new Size(size, size), InterpolationFlags.Linear);
        return aligned;

        // The template lies in the middle of what is seen.
        double Place(double template) => size * (0.5 + (template / TemplateSize - 0.5) / scale);
    }

    // Rotation, scale and shift with the least squared distances (Umeyama, 1991, for two dimensions).
    private static Mat Similarity(Point2d[] from, Point2d[] to)
    {
        var centre = new Point2d(from.Average(p => p.X), from.Average(p => p.Y));
        var target = new Point2d(to.Average(p => p.X), to.Average(p => p.Y));
        double along = 0;
        double across = 0;
        double spread = 0;
        foreach (var (p, q) in from.Select(p => p - centre).Zip(to.Select(q => q - target)))
        {
            along += p.X * q.X + p.Y * q.Y;
            across += p.X * q.Y - p.Y * q.X;
            spread += p.X * p.X + p.Y * p.Y;
        }
        var (cos, sin) = (along / spread, across / spread);
        var change = new Mat(2, 3, MatType.CV_64FC1);
        change.Set(0, 0, cos);
        change.Set(0, 1, -sin);
        change.Set(0, 2, target.X - cos * centre.X + sin * centre.Y);
        change.Set(1, 0, sin);
        change.Set(1, 1, cos);
        change.Set(1, 2, target.Y - sin * centre.X - cos * centre.Y);
        return change;
    }
}
