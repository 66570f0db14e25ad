using Argus.Metrics;
using OpenCvSharp;

namespace Argus.Views;

/// <summary>
/// What in the picture trembles on its own, over the whole clip and the same for all its frames. The picture is cut in
/// 8x8 tiles; a similarity (shift, turn, size) fitted to most of their motions from one frame to the next (least median
/// of squares: Rousseeuw, 1984) is the camera's and the head's, and what is left of a tile's motion is its own.
/// Channels, as means over the clip's frames: how much a tile's own motion changes from frame to frame, how large it is
/// (hundredths of the picture's side a frame), and how much its brightness changes against the other tiles' (logarithm
/// of the ratio, in hundredths), each as log(1 + x). People move smoothly and light does not flicker in parts; a face
/// put in frame by frame does.
/// </summary>
internal static class TremorView
{
    private const int Tiles = 8;

    public static Mat Compute(ClipInput clip, int place)
    {
        var view = new Mat();
        Cv2.Resize(
            clip.Once("tremor", () => Mean(clip)),
            view,
            new Size(clip.Size, clip.Size),
            0,
            0,
            InterpolationFlags.Nearest
        );
        return view;
    }

    private static Mat<Vec3f> Mean(ClipInput clip)
    {
        var mean = new Mat<Vec3f>(Tiles, Tiles);
        mean.SetTo(Scalar.All(0));
        var indexer = mean.GetIndexer();
        var own = Enumerable.Range(1, clip.Frames.Count - 1).Select(place => Own(clip, place)).ToList();
        for (var place = 1; place < own.Count; place++)
        {
            var ((motion, light), (before, _)) = (own[place], own[place - 1]);
            for (var i = 0; i < motion.Length; i++)
                indexer[i / Tiles, i % Tiles] +=
                    new Vec3f(
                        Logarithm(motion[i].DistanceTo(before[i])),
                        Logarithm(motion[i].DistanceTo(default)),
                        Logarithm(Math.Abs(light[i]))
                    ) * (1.0f / (own.Count - 1));
        }
        return mean;
    }

    private static float Logarithm(double value) => (float)Math.Log(1 + value);

    // The motion of each tile against most of the others.
    private static (Point2d[] Motion, double[] Light) Own(ClipInput clip, int place)
    {
        Vec3d[] here = TileMeans<Vec3d>(clip.Frame(place));
        Vec3d[] before = TileMeans<Vec3d>(FlowView.Warped(clip, place));
        var flow = TileMeans<Vec2d>(FlowView.Between(clip, place));
        var light = here.Zip(
                before,
                (now, then) =>
                    100 * Math.Log((now.Item0 + now.Item1 + now.Item2 + 3) / (then.Item0 + then.Item1 + then.Item2 + 3))
            )
            .ToList();
        var median = Median.Compute(light);

        var side = (double)clip.Size / Tiles;
        var places = Enumerable
            .Range(0, Tiles * Tiles)
            .Select(i => new Point2d((i % Tiles + 0.5) * side, (i / Tiles + 0.5) * side))
            .ToList();
        var moved = places.Zip(flow, (at, by) => new Point2d(at.X + by.Item0, at.Y + by.Item1)).ToList();
        using Mat from = Column(places);
        using Mat to = Column(moved);
        using Mat inliers = new();
        using var similarity = Cv2.EstimateAffinePartial2D(from, to, inliers, RobustEstimationAlgorithms.LMEDS);
        var motion = places.Zip(moved, (at, now) => (now - Explained(at)) * (100.0 / clip.Size)).ToArray();
        return (motion, [.. light.Select(value => value - median)]);

        // Where nothing could be fitted, nothing is explained.
        Point2d Explained(Point2d at)
        {
            if (similarity is null || similarity.Empty())
                return at;
            double Row(int row) =>
                similarity.At<double>(row, 0) * at.X
                + similarity.At<double>(row, 1) * at.Y
                + similarity.At<double>(row, 2);
            return new Point2d(Row(0), Row(1));
        }
    }

    // Row by row. The input's side is a multiple of 8, so the areas are the tiles.
    private static T[] TileMeans<T>(Mat picture)
        where T : unmanaged
    {
        using Mat exact = new();
        using Mat means = new();
        picture.ConvertTo(exact, MatType.CV_64F);
        Cv2.Resize(exact, means, new Size(Tiles, Tiles), 0, 0, InterpolationFlags.Area);
        means.GetArray(out T[] values);
        return values;
    }

    private static Mat<Vec2d> Column(IReadOnlyList<Point2d> points) =>
        Mat.FromArray(points.Select(point => new Vec2d(point.X, point.Y)).ToArray());
}
