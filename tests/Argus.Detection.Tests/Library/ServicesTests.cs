using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Argus.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Argus.Detection.Tests.Library;

/// <summary>Detection as an application registers it, with a real host.</summary>
[Collection(nameof(TinyDetector))]
public sealed class ServicesTests(TinyDetector tiny)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_starts_with_models_and_gives_the_answers_of_a_detector_of_its_own()
    {
        var video = await FindVideoAsync();
        using var scratch = new TemporaryFolder();
        var log = new KeptLog();
        using var host = Build(
            options =>
            {
                options.ModelsFolder = tiny.Models;
                options.TemporaryFolder = scratch.Path;
            },
            log
        );
        await host.StartAsync(Cancel);
        Assert.Contains(log.Lines, line => line.Event == 1 && line.Text.Contains(tiny.Models));
        var detector = host.Services.GetRequiredService<IDetector>();
        Assert.Same(detector, host.Services.GetRequiredService<IDetector>());

        using var alone = await Detector.LoadAsync(tiny.Models, cancel: Cancel);
        var expected = await alone.AnalyzeAsync(video, null, Cancel);
        Assert.Equal(expected.Probability, (await detector.AnalyzeAsync(video, null, Cancel)).Probability);
        await using (var content = File.OpenRead(video))
        {
            var streamed = await detector.AnalyzeAsync(content, "sent.mp4", null, Cancel);
            Assert.Equal(expected.Probability, streamed.Probability);
            Assert.Equal((expected.Input!.Sha256, "sent.mp4"), (streamed.Input!.Sha256, streamed.Video));
            Assert.True(content.CanRead);
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch.Path));
        Assert.Contains(log.Lines, line => line.Event == 3 && line.Text.StartsWith(video, StringComparison.Ordinal));

        using var words = new MemoryStream("no video"u8.ToArray());
        await Assert.ThrowsAsync<Video.UnreadableVideoException>(() =>
            detector.AnalyzeAsync(words, "words.txt", null, Cancel)
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch.Path));
        Assert.Contains(log.Lines, line => line is { Event: 4, Level: LogLevel.Warning });
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task Without_a_host_models_are_loaded_when_they_are_asked_first()
    {
        await using var services = new ServiceCollection()
            .AddArgusDetection(options => options.ModelsFolder = tiny.Models)
            .BuildServiceProvider();
        var analysis = await services
            .GetRequiredService<IDetector>()
            .AnalyzeAsync(await FindVideoAsync(), null, Cancel);
        Assert.NotNull(analysis.Probability);
    }

    [Fact]
    public async Task Wrong_options_end_the_start_and_are_all_named()
    {
        using var host = Build(options =>
        {
            options.ModelsFolder = "nowhere";
            options.TemporaryFolder = "nowhere/tmp";
            options.ConcurrentAnalyses = -1;
        });
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));
        Assert.Contains("ModelsFolder nowhere is no models folder", error.Message, StringComparison.Ordinal);
        Assert.Contains("TemporaryFolder nowhere/tmp does not exist", error.Message, StringComparison.Ordinal);
        Assert.Contains("ConcurrentAnalyses is -1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_that_were_changed_end_the_start()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(tiny.Models))
            File.Copy(file, folder[Path.GetFileName(file)]);
        await File.AppendAllTextAsync(folder["rr.onnx"], "x", Cancel);
        using var host = Build(options => options.ModelsFolder = folder.Path);
        var error = await Assert.ThrowsAsync<ArgusException>(() => host.StartAsync(Cancel));
        Assert.Contains("is not the file that was exported", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Traces_and_metrics_say_what_was_judged_and_not_its_name()
    {
        var video = await FindVideoAsync();
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is DetectionTelemetry.Name or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var meters = new KeptMeasurements();
        using var source = new ActivitySource("test");
        using var detector = await Detector.LoadAsync(tiny.Models, cancel: Cancel);
        ActivityTraceId trace;
        using (var test = source.StartActivity("test")!)
        {
            trace = test.TraceId;
            await detector.AnalyzeAsync(video, null, Cancel);
            await Assert.ThrowsAnyAsync<ArgusException>(() => detector.AnalyzeAsync("nowhere.mp4", null, Cancel));
        }
        var own = spans.Where(span => span.TraceId == trace && span.Source.Name == DetectionTelemetry.Name).ToList();
        Assert.Equal(
            ["analyze video", "analyze video", "judge face", "read video", "read video"],
            own.Select(span => span.OperationName).Order()
        );
        var judged = own.Single(span => span.GetTagItem("argus.verdict") is not null);
        Assert.Equal(1, judged.GetTagItem("argus.video.faces"));
        Assert.Contains(own, span => span.ParentSpanId == judged.SpanId && span.OperationName == "judge face");
        var failed = own.Single(span => span.GetTagItem("error.type") is not null);
        Assert.Equal(ActivityStatusCode.Error, failed.Status);
        Assert.DoesNotContain(
            own.SelectMany(span => span.TagObjects),
            tag => $"{tag.Value}".Contains(Path.GetFileName(video), StringComparison.Ordinal)
        );
        Assert.Contains(meters.Tags("argus.analysis.duration"), tag => tag.Key == "argus.verdict");
        Assert.Contains(meters.Tags("argus.analysis.duration"), tag => tag.Key == "error.type");
    }

    [Fact]
    public async Task No_more_analyses_run_at_once_than_the_options_say()
    {
        var video = await FindVideoAsync();
        await using var services = new ServiceCollection()
            .AddArgusDetection(options => options.ModelsFolder = tiny.Models)
            .BuildServiceProvider();
        var detector = services.GetRequiredService<IDetector>();
        await detector.AnalyzeAsync(video, null, Cancel);
        var watched = new Lock();
        var inWork = 0;
        var most = 0;
        await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => detector.AnalyzeAsync(video, new Watch(Begin, End), Cancel))
        );
        Assert.Equal(1, most);

        void Begin()
        {
            lock (watched)
                most = Math.Max(most, ++inWork);
        }

        void End()
        {
            lock (watched)
                inWork--;
        }
    }

    private async Task<string> FindVideoAsync()
    {
        using var store = await TinyStore.OpenAsync(tiny.Merged.Recipe);
        return Path.Combine(TinyStore.Data("dfdc"), store.Videos[0].Item.Path);
    }

    private static IHost Build(Action<DetectionOptions> configure, KeptLog? log = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddArgusDetection(configure);
        if (log is not null)
            builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        return builder.Build();
    }

    // The first report of an analysis begins it, the last (1) ends it.
    private sealed class Watch(Action begin, Action end) : IProgress<double>
    {
        private bool began;

        public void Report(double value)
        {
            if (!began)
                begin();
            began = true;
            if (value >= 1)
                end();
        }
    }
}
