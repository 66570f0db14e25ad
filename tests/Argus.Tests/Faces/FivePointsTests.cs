using Argus.Faces;
using OpenCvSharp;
using Xunit;

namespace Argus.Tests.Faces;

public class FivePointsTests
{
    // ArcFace's template in 112x112; a face that is turned, larger and elsewhere comes back to it.
    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(25, 1.7, 1)]
    [InlineData(-40, 2.4, 1.3)]
    public void Landmarks_come_to_lie_on_the_template(double degrees, double zoom, double scale)
    {
        Point2d[] template =
        [
            new(38.2946, 51.6963),
            new(73.5318, 51.5014),
            new(56.0252, 71.7366),
            new(41.5493, 92.3655),
            new(70.7299, 92.2041),
        ];
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        Point2f[] found =
        [
            .. template.Select(point => new Point2f(
                (float)(150 + zoom * (cos * (point.X - 56) - sin * (point.Y - 70))),
                (float)(160 + zoom * (sin * (point.X - 56) + cos * (point.Y - 70)))
            )),
        ];
        const int size = 224;
        foreach (var (point, place) in found.Zip(template))
        {
            using var picture = new Mat(320, 320, MatType.CV_8UC3, Scalar.Black);
            Cv2.Circle(picture, (Point)point, 5, Scalar.White, -1);
            using var aligned = FivePoints.Align(picture, found, size, scale);
            using var grey = aligned.CvtColor(ColorConversionCodes.BGR2GRAY);
            var moments = Cv2.Moments(grey);
            Assert.Equal(size * (0.5 + (place.X / 112 - 0.5) / scale), moments.M10 / moments.M00, 1.5);
            Assert.Equal(size * (0.5 + (place.Y / 112 - 0.5) / scale), moments.M01 / moments.M00, 1.5);
        }
    }
}
