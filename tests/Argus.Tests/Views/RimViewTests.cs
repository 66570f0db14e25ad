using Argus.Faces;
using Argus.Views;
using OpenCvSharp;
using Xunit;

namespace Argus.Tests.Views;

/// <summary>
/// What was done to the face or to its surroundings alone ends at the face's outline; what was done to both or to
/// neither ends nowhere.
/// </summary>
public class RimViewTests
{
    private const int Side = 160;
    private static readonly Point2f[] Landmarks = [new(60, 65), new(100, 65), new(80, 85), new(65, 105), new(95, 105)];

    public static TheoryData<string> Views => ["rim_light", "rim_detail", "rim_blocks"];

    [Theory, MemberData(nameof(Views))]
    public void An_edge_stands_at_the_outline_of_what_was_treated_apart(string view)
    {
        var (channel, least) = view switch
        {
            "rim_light" => (2, 0.1),
            "rim_detail" => (0, 0.5),
            _ => (0, 0.005),
        }; // blue over green; finest detail; blocks beside the frame's grid
        var none = Rows(view, false, false)[channel];
        foreach (var (face, surroundings) in new[] { (true, false), (false, true) })
        {
            var rows = Rows(view, face, surroundings)[channel];
            Assert.InRange(0.5 + (Array.IndexOf(rows, rows.Max()) + 0.5) / rows.Length, 0.85, 1.15);
            Assert.True(rows.Max() > least && rows.Max() > 3 * none.Max(), $"{rows.Max()} against {none.Max()}");
        }
        Assert.InRange(Rows(view, true, true)[channel].Max(), 0, 0.5 * least);
        Assert.InRange(none.Max(), 0, 0.5 * least);
    }

    [Fact]
    public void Blocks_on_the_frames_own_grid_are_told_from_blocks_beside_it()
    {
        double[][] beside = Rows("rim_blocks", true, false);
        double[][] on = Rows("rim_blocks", true, false, offset: 0);
        Assert.True(beside[0].Max() > 2 * beside[1].Max());
        Assert.True(on[1].Max() > 2 * beside[1].Max() && on[2].Max() > 2 * beside[2].Max());
    }

    // A column of each channel.
    private static double[][] Rows(string name, bool face, bool surroundings, int offset = 3)
    {
        using Mat plain = new(Side, Side, MatType.CV_8UC3);
        using Mat altered = new();
        using Mat mask = new(Side, Side, MatType.CV_8UC1, Scalar.All(surroundings ? 255 : 0));
        new RNG(3).Fill(
            plain,
            DistributionType.Uniform,
            Scalar.All(name == "rim_light" ? 128 : 60),
            Scalar.All(name == "rim_light" ? 129 : 200)
        );
        if (name == "rim_blocks")
            Cv2.GaussianBlur(plain, plain, new Size(0, 0), 1.5);
        using var treated = name switch
        {
            "rim_light" => Tinted(plain),
            "rim_detail" => Reduced(plain),
            _ => Blocked(plain, offset),
        };
        var outline = FaceEllipse.Fit(Landmarks);
        mask.Ellipse(
            new RotatedRect(
                new Point2f((float)outline.CenterX, (float)outline.CenterY),
                new Size2f(2 * outline.RadiusX, 2 * outline.RadiusY),
                0
            ),
            Scalar.All(face ? 255 : 0),
            -1
        );
        plain.CopyTo(altered);
        treated.CopyTo(altered, mask);
        using var clip = new ClipInput(
            [altered.Clone()],
            [new Mat(DrawnClips.Side, DrawnClips.Side, MatType.CV_8UC3)],
            [Landmarks],
            [default],
            [0],
            default
        );
        using var view = View.Find(name).Compute(clip, 0);
        return
        [
            .. Enumerable
                .Range(0, 3)
                .Select(channel =>
                    Enumerable
                        .Range(0, DrawnClips.Side)
                        .Select(row => (double)view.At<Vec3f>(row, 10)[channel])
                        .ToArray()
                ),
        ];
    }

    private static Mat Tinted(Mat picture)
    {
        var tinted = new Mat();
        Cv2.Transform(
            picture,
            tinted,
            Mat.FromPixelData(3, 3, MatType.CV_32FC1, new[] { 0.8f, 0, 0, 0, 1, 0, 0, 0, 1 })
        );
        return tinted;
    }

    // Every block of 8x8 a little brighter or darker than the next, like chequers; the first ones are cut by the
    // offset.
    private static Mat Blocked(Mat picture, int offset)
    {
        var blocked = picture.Clone();
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var by = ((x + 8 - offset) / 8 + (y + 8 - offset) / 8) % 2 == 0 ? 4 : -4;
                var (b, g, r) = picture.At<Vec3b>(y, x);
                blocked.Set(y, x, new Vec3b((byte)(b + by), (byte)(g + by), (byte)(r + by)));
            }
        }
        return blocked;
    }

    private static Mat Reduced(Mat picture)
    {
        var reduced = new Mat();
        Cv2.Resize(picture, reduced, new Size(Side / 2, Side / 2), 0, 0, InterpolationFlags.Area);
        Cv2.Resize(reduced, reduced, new Size(Side, Side), 0, 0, InterpolationFlags.Linear);
        return reduced;
    }
}
