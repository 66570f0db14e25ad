using Argus.Data.Forging;
using OpenCvSharp;

namespace Argus.Data.Samples;

/// <summary>
/// Draws smooth shapes, given in parts of the frame's side, on one or more layers at once (a picture and its mask).
/// </summary>
/// <param name="side">The frame's side in pixels.</param>
/// <param name="margin">Pixels that the layers have beyond the frame on each side.</param>
internal sealed class Pen(int side, int margin, params (Mat Layer, Scalar? Only)[] layers)
{
    private const int Shift = 4; // OpenCV draws at sixteenths of a pixel
    private const int Unit = 1 << Shift;

    public void Fill(IEnumerable<(double X, double Y)> outline, Scalar colour)
    {
        Point[] points = [.. outline.Select(At)];
        foreach (var (layer, only) in layers)
            Cv2.FillPoly(layer, [points], only ?? colour, LineTypes.AntiAlias, Shift);
    }

    public void Ellipse(double x, double y, double radiusX, double radiusY, Scalar colour) =>
        Fill(Oval(x, y, radiusX, radiusY), colour);

    /// <param name="thickness">In parts of the frame's side; at least one pixel.</param>
    public void Line(IEnumerable<(double X, double Y)> path, double thickness, Scalar colour, bool closed = false)
    {
        Point[] points = [.. path.Select(At)];
        var pixels = Math.Max(1, (int)Math.Round(thickness * side));
        foreach (var (layer, only) in layers)
            Cv2.Polylines(layer, [points], closed, only ?? colour, pixels, LineTypes.AntiAlias, Shift);
    }

    public void Box(double left, double top, double right, double bottom, Scalar colour) =>
        Fill([(left, top), (right, top), (right, bottom), (left, bottom)], colour);

    public static IEnumerable<(double X, double Y)> Oval(
        double x,
        double y,
        double radiusX,
        double radiusY,
        int corners = 28
    ) =>
        Enumerable
            .Range(0, corners)
            .Select(i => 2 * Math.PI * i / corners)
            .Select(angle => (x + radiusX * Math.Cos(angle), y + radiusY * Math.Sin(angle)));

    /// <summary>The colour times a gain, as far as 8 bits hold it.</summary>
    public static Scalar Shade(Scalar colour, double gain) =>
        new(Math.Min(255, colour.Val0 * gain), Math.Min(255, colour.Val1 * gain), Math.Min(255, colour.Val2 * gain));

    public static Scalar Mix(Scalar a, Scalar b, double share) =>
        new(a.Val0 + share * (b.Val0 - a.Val0), a.Val1 + share * (b.Val1 - a.Val1), a.Val2 + share * (b.Val2 - a.Val2));

    private Point At((double X, double Y) place) =>
        new((int)Math.Round((place.X * side + margin) * Unit), (int)Math.Round((place.Y * side + margin) * Unit));
}
