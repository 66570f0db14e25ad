using Argus.Data.Audits;
using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Data.Tests.Samples;
using Argus.Metrics;
using Argus.Video;
using OpenCvSharp;
using Xunit;
using VideoWriter = Argus.Video.VideoWriter;

namespace Argus.Data.Tests.Audits;

/// <summary>
/// 75 quads of each kind, 150 real and 150 fake videos: five numbers about the whole frame must not tell them apart.
/// </summary>
public sealed class WholeFrameControlFixture : IAsyncLifetime
{
    internal SampleFolder Sample { get; private set; } = null!;
    internal IReadOnlyList<(SampleFolder.Video Video, double[] Row)> Measured { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Sample = await SampleFolder.WriteAsync(
            SampleFolder.Tiny(new(16, 0, 9), [.. SampleOptions.Kinds]),
            CancellationToken.None
        );
        var videos = Sample.Videos();
        Measured =
        [
            .. videos.Zip(
                await WholeFrameControl.MeasureAsync([.. videos.Select(video => video.Full)], CancellationToken.None)
            ),
        ];
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Sample.Root, recursive: true);
        return ValueTask.CompletedTask;
    }
}

public sealed class WholeFrameControlTests(WholeFrameControlFixture fixture, ITestOutputHelper output)
    : IClassFixture<WholeFrameControlFixture>
{
    private const double Low = .40;
    private const double High = .60;

    [Theory]
    [
        InlineData(null),
        InlineData("lighting"),
        InlineData("resolution"),
        InlineData("compression"),
        InlineData("temporal"),
        InlineData("audio")
    ]
    public void Five_numbers_about_the_whole_frame_do_not_tell_real_from_fake_on_unseen_people(string? kind)
    {
        var videos = fixture.Measured.Where(pair => kind is null || pair.Video.Kind == kind).ToArray();
        Assert.True(videos.Count(pair => pair.Video.Label == 1) >= 150);
        var auc = MeanAuc(videos);
        output.WriteLine($"{kind ?? "all kinds"}: AUC {auc:f3}");
        Assert.InRange(auc, Low, High);
    }

    [Fact]
    public async Task The_same_control_finds_another_exposure_of_one_class()
    {
        var auc = await PlantedAsync(
            (frame, label) => frame.ConvertTo(frame, -1, label == 1 ? 1.2 : 1),
            _ => VideoWriter.Quantizer
        );
        Assert.True(auc > High, $"AUC {auc:f3}");
    }

    [Fact]
    public async Task The_same_control_finds_another_quantizer_of_one_class()
    {
        var auc = await PlantedAsync((_, _) => { }, label => VideoWriter.Quantizer + 2 * label);
        Assert.True(auc > High, $"AUC {auc:f3}");
    }

    [Fact]
    public async Task Paths_and_measured_rows_give_the_same_AUC()
    {
        // 75, both classes in both parts.
        var videos = fixture.Measured.Where(pair => pair.Video.Kind == "audio").Where((_, i) => i % 4 == 0).ToArray();
        var auc = await WholeFrameControl.AucAsync(
            [.. videos[..40].Select(Labelled)],
            [.. videos[40..70].Select(Labelled)],
            TestContext.Current.CancellationToken
        );
        Assert.Equal(WholeFrameControl.Auc([.. videos[..40].Select(Row)], [.. videos[40..70].Select(Row)]), auc, 1e-12);

        static (string, int) Labelled((SampleFolder.Video Video, double[] Row) pair) =>
            (pair.Video.Full, pair.Video.Label);
    }

    [Fact]
    public async Task Numbers_of_a_plain_grey_video_are_its_own()
    {
        using var grey = new Mat(64, 64, MatType.CV_8UC3, new Scalar(128, 128, 128));
        var path = fixture.Sample.At("grey.mp4");
        await VideoWriter.WriteAsync(
            [new(path, [grey, grey, grey], default)],
            25,
            TestContext.Current.CancellationToken
        );
        var row = await WholeFrameControl.MeasureAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(128, row[0], 1.5);
        Assert.Equal(0, row[1], .5);
        Assert.Equal(0, row[2], .5);
        Assert.Equal(new FileInfo(path).Length / 3.0, row[4]);
    }

    [Fact]
    public async Task A_file_that_is_no_video_is_an_error_that_names_it()
    {
        var path = fixture.Sample.At("broken.mp4");
        await File.WriteAllTextAsync(path, "no video", TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<ArgusException>(() =>
            WholeFrameControl.MeasureAsync(path, TestContext.Current.CancellationToken)
        );
        Assert.Contains("broken.mp4", error.Message, StringComparison.Ordinal);
    }

    // Five fixed divisions of the people, six in ten for fitting.
    private static double MeanAuc(IReadOnlyList<(SampleFolder.Video Video, double[] Row)> videos) =>
        Enumerable
            .Range(1, 5)
            .Average(seed =>
            {
                var sides = videos.ToLookup(pair =>
                    KeyedRandom.Create("side", seed, pair.Video.Layout, pair.Video.Identity).Chance(.6)
                );
                return WholeFrameControl.Auc([.. sides[true].Select(Row)], [.. sides[false].Select(Row)]);
            });

    private static (double[], int) Row((SampleFolder.Video Video, double[] Row) pair) => (pair.Row, pair.Video.Label);

    // Real videos of the kind Audio (their pictures are untouched) written again; every second one counts as fake.
    private async Task<double> PlantedAsync(Action<Mat, int> change, Func<int, int> quantizer)
    {
        var cancel = TestContext.Current.CancellationToken;
        var reals = fixture
            .Measured.Select(pair => pair.Video)
            .Where(video => video is { Kind: "audio", Label: 0 })
            .Select((video, i) => video with { Label = i % 2 })
            .ToArray();
        var written = new List<SampleFolder.Video>();
        foreach (var side in reals.GroupBy(video => video.Label))
        {
            foreach (var batch in side.Chunk(25))
            {
                var clips = batch
                    .Select(video => new VideoClip(
                        fixture.Sample.At($"planted/{written.Count}-{video.Label}-{Path.GetFileName(video.Path)}"),
                        Decode(video.Full, video.Label),
                        default
                    ))
                    .ToArray();
                await VideoWriter.WriteAsync(clips, 25, cancel, quantizer(side.Key));
                written.AddRange(batch.Zip(clips, (video, clip) => video with { Full = clip.Path }));
                foreach (var frame in clips.SelectMany(clip => clip.Frames))
                    frame.Dispose();
            }
        }
        var rows = await WholeFrameControl.MeasureAsync([.. written.Select(video => video.Full)], cancel);
        var auc = MeanAuc([.. written.Zip(rows)]);
        Directory.Delete(fixture.Sample.At("planted"), recursive: true);
        output.WriteLine($"planted: AUC {auc:f3}");
        return auc;

        Mat[] Decode(string path, int label)
        {
            using var capture = new VideoCapture(path);
            var frames = new List<Mat>();
            for (var frame = new Mat(); capture.Read(frame); frame = new Mat())
            {
                change(frame, label);
                frames.Add(frame);
            }
            return [.. frames];
        }
    }
}
