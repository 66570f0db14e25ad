using Argus.Faces;
using OpenCvSharp;

namespace Argus.Tests;

/// <summary>Faces that nobody detected.</summary>
internal static class DrawnFaces
{
    /// <summary>A face whose box is a square about a point, all landmarks in its middle.</summary>
    public static Face At(double x, double y, double side) =>
        new(new Rect2d(x - side / 2, y - side / 2, side, side), [.. Enumerable.Repeat(new Point2d(x, y), 5)], 0.9);
}
