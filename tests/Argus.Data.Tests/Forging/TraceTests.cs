using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Data.Tests.Samples;
using Argus.Metrics;
using OpenCvSharp;
using Xunit;

namespace Argus.Data.Tests.Forging;

public sealed class TraceTests(ITestOutputHelper output)
{
    [Fact]
    public async Task After_the_codec_sharpness_of_face_against_background_still_tells_the_resolution_fakes()
    {
        var sample = await SampleFolder.WriteAsync(
            new SampleOptions
            {
                Seconds = .16,
                Quads = new Dictionary<ForgeryKind, QuadCounts> { [ForgeryKind.Resolution] = new(10, 0, 0) },
            },
            TestContext.Current.CancellationToken
        );
        var ratios = sample.Videos().Select(video => (video.Label, LogRatio: LogRatio(video.Full))).ToArray();
        var reals = ratios.Where(video => video.Label == 0).Select(video => video.LogRatio).Order().ToArray();
        var typical = reals[reals.Length / 2];
        var auc = new RocCurve(
            [.. ratios.Select(video => video.Label)],
            [.. ratios.Select(video => Math.Abs(video.LogRatio - typical))]
        ).Auc;
        output.WriteLine($"AUC {auc:f3}, typical {typical:f2}");
        Assert.True(auc > .95, $"AUC {auc:f3}");
        Directory.Delete(sample.Root, recursive: true);
    }

    // Log of the median absolute Laplacian of the face's middle over that of the background's two upper corners.
    private static double LogRatio(string path)
    {
        using var capture = new VideoCapture(path);
        using Mat frame = new();
        using Mat grey = new();
        using Mat laplacian = new();
        Assert.True(capture.Read(frame) && capture.Read(frame));
        Cv2.CvtColor(frame, grey, ColorConversionCodes.BGR2GRAY);
        Cv2.Laplacian(grey, laplacian, MatType.CV_32F);
        return Math.Log(
            Sharpness(new(52, 42, 24, 42)) / (Sharpness(new(0, 0, 26, 76)) + Sharpness(new(102, 0, 26, 76))) * 2
        );

        double Sharpness(Rect area)
        {
            using var part = laplacian[area];
            using var copy = part.Clone();
            Assert.True(copy.GetArray(out float[] values));
            return values.Select(Math.Abs).Order().ElementAt(values.Length / 2) + .01;
        }
    }
}
