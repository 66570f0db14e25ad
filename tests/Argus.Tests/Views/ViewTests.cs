using Argus.Faces;
using Argus.Views;
using OpenCvSharp;
using Xunit;

namespace Argus.Tests.Views;

public class ViewTests
{
    [Fact]
    public void Flow_is_a_moving_squares_displacement_in_hundredths_of_the_side()
    {
        using var clip = DrawnClips.Of([DrawnClips.Square(16, 20), DrawnClips.Square(19, 20)]);
        using var flow = FlowView.Flow(clip, 1);
        var inside = Mean(flow, new Rect(26, 26, 10, 10));
        Assert.InRange(inside.Val0, 100 * 2.5 / DrawnClips.Side, 100 * 3.5 / DrawnClips.Side); // 3 pixels to the right
        Assert.InRange(inside.Val1, -0.8, 0.8);
        Assert.InRange(inside.Val2, inside.Val0 - 0.3, inside.Val0 + 0.6);
        using var first = FlowView.Flow(clip, 0); // the nearest frame repeats: nothing moves
        Assert.InRange(Mean(first, new Rect(0, 0, DrawnClips.Side, DrawnClips.Side)).Val2, 0, 0.05);
    }

    [Fact]
    public void Warp_error_is_small_where_motion_explains_the_change_and_large_where_it_does_not()
    {
        using var moved = DrawnClips.Of([DrawnClips.Square(16, 20), DrawnClips.Square(19, 20)]);
        using var appeared = DrawnClips.Of([DrawnClips.Grey(60), DrawnClips.Square(19, 20)]);
        using Mat explained = FlowView.WarpError(moved, 1);
        using Mat unexplained = FlowView.WarpError(appeared, 1);
        using Mat difference = new();
        Cv2.Subtract(moved.Frames[1], moved.Frames[0], difference, null, MatType.CV_32FC3.ToInt32());
        Cv2.Multiply(difference, Scalar.All(1 / 255.0), difference);
        var area = new Rect(26, 26, 10, 10);
        Assert.True(
            Norm(explained, area) < 0.5 * Norm(difference, area),
            $"{Norm(explained, area)} against {Norm(difference, area)}"
        );
        Assert.True(Norm(unexplained, area) > 2 * Norm(explained, area));
    }

    [Fact]
    public void Shading_has_no_colour_on_grey_and_the_logarithm_of_the_channels_ratio_on_colour()
    {
        using var clip = DrawnClips.Of([
            DrawnClips.Grey(128),
            new Mat(DrawnClips.Side, DrawnClips.Side, MatType.CV_8UC3, new Scalar(51, 102, 204)),
        ]);
        using Mat grey = ShadingView.Compute(clip, 0);
        using Mat coloured = ShadingView.Compute(clip, 1);
        var neutral = grey.At<Vec3f>(32, 32);
        var tinted = coloured.At<Vec3f>(32, 32);
        Assert.Equal(128 / 255.0, neutral.Item0, 4);
        Assert.Equal(0, neutral.Item1, 5);
        Assert.Equal(0, neutral.Item2, 5);
        Assert.Equal(Math.Log((0.8 + 0.02) / (0.4 + 0.02)), tinted.Item1, 4); // red over green
        Assert.Equal(Math.Log((0.2 + 0.02) / (0.4 + 0.02)), tinted.Item2, 4);
    }

    // Coded blocks of one colour each: cut on their grid, a block of the view is one of them, wherever the crop begins.
    [Theory]
    [InlineData(0, 0, 200), InlineData(3, 5, 200), InlineData(13, 22, 151), InlineData(7, 1, 70)]
    public void Grid_keeps_every_pixel_as_it_was_and_its_blocks_on_the_codecs(int cornerX, int cornerY, int side)
    {
        using var native = new Mat(side, side, MatType.CV_8UC3);
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var block = (cornerX + x) / 8 * 31 + (cornerY + y) / 8 * 17;
                native.Set(y, x, new Vec3b((byte)block, (byte)(block * 3), (byte)(block * 7)));
            }
        }
        using var tiles = GridView.Tiles(native, new Point(cornerX, cornerY), DrawnClips.Side);
        // Small crops are padded by reflection beyond what they hold.
        var held = Math.Min(DrawnClips.Side, (side - 8) / 8 * 8);
        for (var y = 0; y < held; y++)
        {
            for (var x = 0; x < held; x++)
                Assert.Equal(tiles.At<Vec3b>(y / 8 * 8, x / 8 * 8), tiles.At<Vec3b>(y, x));
        }
    }

    [Fact]
    public void A_face_smaller_than_the_input_is_padded_by_reflection()
    {
        using var native = DrawnClips.Square(4, 4).SubMat(new Rect(0, 0, 20, 20)).Clone();
        using var tiles = GridView.Tiles(native, default, DrawnClips.Side);
        Assert.Equal(native.At<Vec3b>(5, 7), tiles.At<Vec3b>(5, 7));
        Assert.Equal(native.At<Vec3b>(19, 19), tiles.At<Vec3b>(20, 20));
        Assert.Equal(native.At<Vec3b>(9, 17), tiles.At<Vec3b>(9, 22));
    }

    [Fact]
    public void Residual_is_a_single_pixels_height_over_its_surroundings_and_nothing_elsewhere()
    {
        var frame = DrawnClips.Grey(100);
        frame.Set(20, 30, new Vec3b(100, 100, 151));
        using var clip = DrawnClips.Of([frame]);
        using var residual = ResidualView.Compute(clip, 0);
        Assert.Equal(51 / 255.0, residual.At<Vec3f>(20, 30).Item0, 5); // red comes first
        Assert.Equal(0, residual.At<Vec3f>(20, 30).Item2, 6);
        Assert.Equal(0, residual.At<Vec3f>(21, 30).Item0, 6);
    }

    [Fact]
    public void Steps_stand_at_the_edges_of_blocks_and_nowhere_on_a_slope()
    {
        var blocks = DrawnClips.Grey(0);
        for (var y = 0; y < DrawnClips.Side; y++)
        {
            for (var x = 0; x < DrawnClips.Side; x++)
                blocks.Set(
                    y,
                    x,
                    new Vec3b(
                        (byte)(100 + 6 * (x / 8 % 2)),
                        (byte)(100 + 6 * (x / 8 % 2)),
                        (byte)(100 + 6 * (x / 8 % 2))
                    )
                );
        }
        var slope = DrawnClips.Grey(0);
        for (var y = 0; y < DrawnClips.Side; y++)
        {
            for (var x = 0; x < DrawnClips.Side; x++)
                slope.Set(y, x, new Vec3b((byte)(2 * x), (byte)(2 * x), (byte)(2 * x)));
        }
        using var clip = DrawnClips.Of([blocks, slope]);
        using Mat edges = BlockinessView.Compute(clip, 0);
        using Mat even = BlockinessView.Compute(clip, 1);
        Assert.Equal(6 / 255.0, edges.At<Vec3f>(20, 40).Item0, 5); // x = 32, 40, 48, 56 begin a block, all in one tile
        Assert.Equal(-3 / 255.0, edges.At<Vec3f>(20, 41).Item0, 5); // half of the step beside it
        Assert.Equal(0, edges.At<Vec3f>(20, 44).Item0, 6);
        Assert.Equal(0, edges.At<Vec3f>(24, 28).Item1, 6); // none downwards
        Assert.Equal(0, even.At<Vec3f>(20, 28).Item0, 6); // (the picture ends in phases 0 and 7)
    }

    [Fact]
    public void Mouth_is_cut_about_its_middle_before_now_and_after()
    {
        var frames = new[] { 50, 120, 200 }
            .Select(level =>
            {
                var frame = DrawnClips.Grey(20);
                frame.Rectangle(new Rect(28, 40, 9, 9), Scalar.All(level), -1);
                return frame;
            })
            .ToList();
        using var clip = DrawnClips.Of(frames);
        using Mat middle = MouthView.Compute(clip, 1);
        using Mat last = MouthView.Compute(clip, 2);
        var centre = middle.At<Vec3f>(DrawnClips.Side / 2, DrawnClips.Side / 2);
        Assert.Equal(50 / 255.0, centre.Item0, 2);
        Assert.Equal(120 / 255.0, centre.Item1, 2);
        Assert.Equal(200 / 255.0, centre.Item2, 2);
        Assert.Equal(20 / 255.0, middle.At<Vec3f>(2, 2).Item1, 2);
        // The last frame repeats.
        Assert.Equal(200 / 255.0, last.At<Vec3f>(DrawnClips.Side / 2, DrawnClips.Side / 2).Item2, 2);
    }

    // HTK: mel = 2595 log10(1 + f / 700); 64 bands evenly between 0 and mel(8000) = 2840.02: band k is centred at mel
    // (k + 1) * 43.69.
    [Theory]
    [InlineData(440, 12), InlineData(1000, 22), InlineData(3000, 42)]
    public void A_sine_is_loudest_in_its_mel_band(double hertz, int band)
    {
        using var clip = DrawnClips.Of([DrawnClips.Grey(0)], DrawnClips.Sine(hertz, 4));
        using var view = MelView.Compute(clip, 0);
        var rows = Enumerable
            .Range(0, DrawnClips.Side)
            .Select(row => view.At<Vec3f>(row, DrawnClips.Side / 2))
            .ToList();
        Assert.Equal(LogMel.Bands - 1 - band, rows.IndexOf(rows.MaxBy(value => value.Item0)));
        // A steady tone does not change.
        Assert.All(rows.Where(value => value.Item0 > 0), value => Assert.InRange(value.Item1, -0.05, 0.05));
    }

    [Fact]
    public void Mel_of_a_beginning_tone_rises()
    {
        // Silence, and the tone from 2.1 s on: 0.1 s after the frame.
        var sound = new float[33_600]
            .Concat(DrawnClips.Sine(1000, 2))
            .ToArray();
        using var clip = DrawnClips.Of([DrawnClips.Grey(0)], sound);
        using var view = MelView.Compute(clip, 0);
        var row = LogMel.Bands - 1 - 22;
        Assert.True(view.At<Vec3f>(row, 32 + 20).Item0 > view.At<Vec3f>(row, 32).Item0 + 5);
        Assert.True(view.At<Vec3f>(row, 32 + 10).Item1 > 1, "the first difference stands where it begins");
    }

    // The mouth opens when a sound begins and closes when it ends.
    [Theory]
    [InlineData(0.0), InlineData(0.24), InlineData(-0.32)]
    public void Sync_agrees_most_near_lag_0_only_where_sound_and_mouth_belong_together(double lag)
    {
        const int Frames = 40;
        (double From, double To)[] sounds = [(2.1, 2.22), (2.42, 2.7), (2.86, 3.02), (3.22, 3.42)]; // no other lag fits
        bool Loud(double time) => sounds.Any(sound => time >= sound.From && time < sound.To);
        var frames = Enumerable
            .Range(0, Frames)
            .Select(i =>
            {
                var frame = DrawnClips.Grey(160);
                if (Loud(2 + i / 25.0))
                    frame.Rectangle(new Rect(28, 41, 9, 7), Scalar.All(20), -1);
                return frame;
            })
            .ToList();
        var sound = Enumerable
            .Range(0, 6 * 16_000)
            .Select(i => Loud(i / 16_000.0 - lag) ? (float)(0.5 * Math.Sin(i * 0.4)) : 0)
            .ToArray();
        using var clip = DrawnClips.Of(frames, sound);
        using var view = SyncView.Compute(clip, 0);
        var (near, far, margin) = view.At<Vec3f>(30, 5);
        Assert.Equal(lag == 0, near > far);
        Assert.Equal(near - far, margin, 5);
        Assert.InRange(Math.Max(near, far), 0.3, 1);
    }

    // A textured square on a textured ground: both move; the square, or all, trembles.
    [Theory]
    [InlineData(0, 0, false), InlineData(2, 0, true), InlineData(2, 2, false)]
    public void Tremor_stands_where_something_trembles_against_the_rest(int square, int ground, bool trembles)
    {
        var texture = new Mat(DrawnClips.Side + 20, DrawnClips.Side + 20, MatType.CV_8UC3);
        new RNG(7).Fill(texture, DistributionType.Uniform, Scalar.All(0), Scalar.All(255));
        Cv2.GaussianBlur(texture, texture, new Size(0, 0), 2);
        Cv2.Normalize(texture, texture, 20, 235, NormTypes.MinMax);
        int[] jitter = [0, 1, 0, -1, 1, 0, -1, 0];
        using var clip = DrawnClips.Of([
            .. jitter.Select(
                (by, t) =>
                {
                    var frame = texture[new Rect(8 + by * ground, 8, DrawnClips.Side, DrawnClips.Side)].Clone();
                    using var inner = texture[new Rect(28 + by * square, 30, 24, 24)];
                    using var place = frame[new Rect(16, 16, 24, 24)];
                    inner.CopyTo(place);
                    return frame;
                }
            ),
        ]);
        using var view = TremorView.Compute(clip, 3);
        double inside = Mean(view, new Rect(18, 18, 20, 20)).Val0;
        double outside = Mean(view, new Rect(0, 48, 64, 16)).Val0;
        Assert.True(trembles ? inside > 4 * outside && inside > 0.5 : inside < 0.5, $"{inside} against {outside}");
    }

    [Fact]
    public void Tremor_sees_light_that_flickers_in_one_part_and_not_one_that_flickers_everywhere()
    {
        Mat Frame(double left, double right)
        {
            var frame = DrawnClips.Grey(right);
            frame.Rectangle(new Rect(0, 0, 24, 64), Scalar.All(left), -1);
            return frame;
        }
        using Mat apart = TremorView.Compute(
                DrawnClips.Of([Frame(100, 100), Frame(104, 100), Frame(100, 100), Frame(104, 100)]),
                0
            ),
            together = TremorView.Compute(
                DrawnClips.Of([Frame(100, 100), Frame(104, 104), Frame(100, 100), Frame(104, 104)]),
                0
            );
        Assert.InRange(apart.At<Vec3f>(30, 4).Item2, Math.Log(1 + 3), Math.Log(1 + 5)); // 4%
        Assert.InRange(apart.At<Vec3f>(30, 60).Item2, 0, 0.3);
        Assert.InRange(together.At<Vec3f>(30, 4).Item2, 0, 0.3);
    }

    [Fact]
    public void Nothing_that_was_made_of_a_clip_goes_along_to_a_changed_one()
    {
        using var clip = DrawnClips.Of([DrawnClips.Square(16, 20), DrawnClips.Square(19, 20)]);
        using Mat moving = FlowView.Flow(clip, 1);
        using Mat still = FlowView.Flow(clip with { Frames = [clip.Frames[0], clip.Frames[0]] }, 1);
        Assert.True(Mean(moving, new Rect(26, 26, 10, 10)).Val2 > 1);
        Assert.Equal(0, Mean(still, new Rect(26, 26, 10, 10)).Val2, 3);
    }

    [Fact]
    public void Every_view_has_three_finite_channels_of_the_inputs_size_and_the_table_is_whole()
    {
        using var clip = DrawnClips.Of(
            [DrawnClips.Square(16, 20), DrawnClips.Square(18, 21), DrawnClips.Square(17, 20)],
            DrawnClips.Sine(500, 5)
        );
        foreach (var view in View.All)
        {
            var output = new float[DrawnClips.Side * DrawnClips.Side * 3];
            for (var place = 0; place < 3; place++)
                view.Write(clip, place, output);
            Assert.All(output, value => Assert.True(float.IsFinite(value), view.Name));
            Assert.Equal(3, view.Mean.Length);
            Assert.All(view.Std, std => Assert.True(std > 0));
        }
        Assert.Equal(View.All.Count, View.All.Select(view => view.Name).Distinct().Count());
        Assert.All(
            Argus.Specialists.Specialist.All.SelectMany(specialist => specialist.Views),
            name => Assert.Contains(View.All, view => view.Name == name)
        );
        Assert.Equal(
            View.All.Select(view => view.Name).Order(),
            Argus.Specialists.Specialist.All.SelectMany(specialist => specialist.Views).Distinct().Order()
        );
    }

    private static double Value(Mat view)
    {
        using (view)
            return view.At<Vec3f>(10, 10).Item0;
    }

    private static Scalar Mean(Mat view, Rect area)
    {
        using var part = view[area];
        return part.Mean();
    }

    private static double Norm(Mat view, Rect area)
    {
        using var part = view[area];
        return Cv2.Norm(part);
    }
}
