using OpenCvSharp;

namespace Argus.Faces;

/// <summary>Where the face is, in pixels of the frame; the angle turns clockwise.</summary>
public readonly record struct FaceEllipse(
    double CenterX,
    double CenterY,
    double RadiusX,
    double RadiusY,
    double AngleDegrees
)
{
    /// <summary>
    /// The outline from the landmarks of <see cref="FaceDetector"/>: brows to below the lower lip, temples at the
    /// sides.
    /// </summary>
    public static FaceEllipse Fit(IReadOnlyList<Point2f> points)
    {
        var eyes = new Point2d((points[0].X + points[1].X) / 2.0, (points[0].Y + points[1].Y) / 2.0);
        var mouth = new Point2d((points[3].X + points[4].X) / 2.0, (points[3].Y + points[4].Y) / 2.0);
        double apart = Math.Max(points[0].DistanceTo(points[1]), points[3].DistanceTo(points[4]));
        double height = Math.Max(1, eyes.DistanceTo(mouth));
        // In a face seen from the side the eyes move together and the height stays.
        var width = Math.Max(apart, 0.7 * height);
        return new FaceEllipse(
            eyes.X + (mouth.X - eyes.X) * 0.55,
            eyes.Y + (mouth.Y - eyes.Y) * 0.55,
            1.05 * width,
            1.25 * height,
            Math.Atan2(eyes.X - mouth.X, mouth.Y - eyes.Y) * 180 / Math.PI
        );
    }
}
