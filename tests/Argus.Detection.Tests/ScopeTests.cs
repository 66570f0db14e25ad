using Argus.Detection;
using Argus.Tests;
using OpenCvSharp;
using Xunit;

namespace Argus.Detection.Tests;

public class ScopeTests
{
    private static readonly Scope Tested = new(
        "drawn for this test",
        FaceWidth: new(64, 800),
        Sharpness: new(4, 9),
        Blockiness: new(0.8, 1.2),
        FrameRate: new(20, 31),
        new Dictionary<string, FeatureScope>
        {
            // Along the first of three features two is usual, and hardly anything beside it.
            ["rr"] = new(
                [1, 0, 0],
                [
                    [1, 0, 0],
                ],
                [2],
                Remainder: 0.1,
                Limit: 3
            ),
        }
    );

    private static ScopeMeasurement Usual { get; } =
        new(200, 6, 1, 25, new Dictionary<string, float[]> { ["rr"] = [3, 0.05f, 0] });

    [Fact]
    public void What_was_tested_is_inside() => Assert.Empty(Tested.FindReasons(Usual));

    [Fact]
    public void What_cannot_be_measured_is_no_reason() =>
        Assert.Empty(Tested.FindReasons(new(null, null, null, null, new Dictionary<string, float[]>())));

    [Fact]
    public void Each_measure_outside_is_a_reason_in_words()
    {
        Assert.Equal(
            ["its face is 30 pixels wide; tested down to 64"],
            Tested.FindReasons(Usual with { WidthPixels = 30 })
        );
        Assert.Equal(["its sharpness is 9.5; tested up to 9.0"], Tested.FindReasons(Usual with { Sharpness = 9.5 }));
        Assert.Contains("blockiness 1.50", Assert.Single(Tested.FindReasons(Usual with { Blockiness = 1.5 })));
        Assert.Equal(
            ["it has 8 frames a second; tested from 20"],
            Tested.FindReasons(Usual with { FramesPerSecond = 8 })
        );
        foreach (float[] features in new float[][] { [12, 0, 0], [1, 1, 0] })
            Assert.Contains(
                "nothing like its pictures was in training",
                Assert.Single(
                    Tested.FindReasons(Usual with { Features = new Dictionary<string, float[]> { ["rr"] = features } })
                ),
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void Of_a_model_that_tells_no_features_they_are_not_asked() =>
        Assert.Empty(
            Tested.FindReasons(Usual with { Features = new Dictionary<string, float[]> { ["bg"] = [99, 99, 99] } })
        );

    [Fact]
    public void A_scope_is_read_as_it_was_written_and_a_damaged_one_is_refused()
    {
        using var folder = new TemporaryFolder();
        Tested.Write(folder.Path);
        var read = Scope.Read(folder.Path);
        Assert.Equal(Tested.FaceWidth, read.FaceWidth);
        Assert.Equal(3, read.Features["rr"].Limit);
        Assert.Empty(read.FindReasons(Usual));
        foreach (
            var text in new[]
            {
                "{}",
                "no JSON",
                File.ReadAllText(folder[Scope.FileName]).Replace("\"limit\":3", "\"limit\":0"),
                File.ReadAllText(folder[Scope.FileName]).Replace("[[1,0,0]]", "[[1,0]]"),
            }
        )
        {
            File.WriteAllText(folder[Scope.FileName], text);
            Assert.Contains(
                "is damaged",
                Assert.Throws<ArgusException>(() => Scope.Read(folder.Path)).Message,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void Blur_and_blocks_are_measured()
    {
        using var sharp = new Mat(200, 200, MatType.CV_8UC3);
        Cv2.SetTheRNG(7);
        Cv2.Randu(sharp, Scalar.All(60), Scalar.All(200));
        Cv2.GaussianBlur(sharp, sharp, new Size(0, 0), 1.2);
        using var soft = new Mat();
        Cv2.GaussianBlur(sharp, soft, new Size(0, 0), 3);
        Assert.True(PictureMeasures.Sharpness(sharp) > PictureMeasures.Sharpness(soft) + 2);

        Cv2.ImEncode(".jpg", soft, out var bytes, [(int)ImwriteFlags.JpegQuality, 8]);
        using var coded = Cv2.ImDecode(bytes, ImreadModes.Color);
        using var moved = coded[new Rect(3, 5, 160, 160)];
        var before = PictureMeasures.Blockiness(soft, default);
        Assert.True(PictureMeasures.Blockiness(coded, default) > before * 1.05);
        Assert.True(PictureMeasures.Blockiness(moved, new Point(3, 5)) > before * 1.05);
        Assert.True(PictureMeasures.Blockiness(moved, default) < PictureMeasures.Blockiness(moved, new Point(3, 5)));
    }
}
