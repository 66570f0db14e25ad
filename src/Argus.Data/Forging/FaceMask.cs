using Argus.Faces;
using OpenCvSharp;

namespace Argus.Data.Forging;

/// <summary>
/// The soft mask that a forgery is blended through: the face's ellipse, made smaller, moved a little and feathered, by
/// amounts drawn once per video.
/// </summary>
public sealed class FaceMask(KeyedRandom random)
{
    private readonly double scale = random.Uniform(.84, 1.02);
    private readonly double shiftX = random.Uniform(-.05, .05);
    private readonly double shiftY = random.Uniform(-.05, .05);
    private readonly double feather = random.Uniform(.02, .06);

    /// <summary>(height, width), 8 bits, 255 inside the face.</summary>
    public Mat Draw(Size size, FaceEllipse face)
    {
        const int Sixteenths = 4; // sub-pixel positions, so that the mask follows the head smoothly
        var mask = new Mat(size, MatType.CV_8UC1, Scalar.Black);
        var points = Cv2.Ellipse2Poly(
            new Point2d(16 * (face.CenterX + shiftX * face.RadiusX), 16 * (face.CenterY + shiftY * face.RadiusY)),
            new Size2d(16 * scale * face.RadiusX, 16 * scale * face.RadiusY),
            (int)Math.Round(face.AngleDegrees),
            0,
            360,
            6
        );
        Cv2.FillConvexPoly(
            mask,
            points.Select(point => new Point((int)Math.Round(point.X), (int)Math.Round(point.Y))),
            Scalar.White,
            LineTypes.AntiAlias,
            Sixteenths
        );
        Cv2.GaussianBlur(mask, mask, new Size(0, 0), Math.Max(.8, feather * face.RadiusX));
        return mask;
    }
}
