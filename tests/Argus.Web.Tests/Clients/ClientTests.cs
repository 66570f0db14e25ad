using System.Diagnostics;
using System.Net;
using System.Text;
using Argus.Client;
using Argus.Tests;
using Xunit;

namespace Argus.Web.Tests.Clients;

/// <summary>Each call of the client against a real service.</summary>
public class ClientTests(Material material)
{
    [Fact]
    public async Task A_file_becomes_a_result_with_everything_that_the_service_found()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder);
        var client = new ArgusClient(service.Client);
        var progress = new ProgressList();
        var analysis = await client.AnalyzeAsync(material.Video, progress);

        Assert.Equal(AnalysisState.Done, analysis.State);
        Assert.Equal("short.mp4", analysis.Name);
        Assert.Equal(new FileInfo(material.Video).Length, analysis.Bytes);
        Assert.Equal(analysis.Probability, analysis.Result!.Probability);
        Assert.Equal(analysis.Verdict, analysis.Result.Verdict);
        Assert.Equal(analysis.Sha256, analysis.Result.Input!.Sha256);
        Assert.Equal(analysis.Bytes, analysis.Result.Input.Bytes);
        var face = Assert.Single(analysis.Result.Faces);
        Assert.Equal(["av", "rr", "tm"], face.Specialists.Select(specialist => specialist.Name).Order());
        Assert.InRange(face.Specialists.Single(specialist => specialist.Name == "rr").Probability!.Value, 0, 1);
        Assert.NotNull(face.Specialists.Single(specialist => specialist.Name == "av").Abstains);
        Assert.NotEmpty(face.Timeline[0].Frames);
        Assert.All(face.Moments, moment => Assert.Equal(49, moment.Heatmap.Count));
        Assert.All(face.Moments, moment => Assert.Null(moment.Picture));
        Assert.Equal(3, analysis.Result.Models!.Specialists.Count);
        Assert.True(analysis.Result.FinishedAt >= analysis.Result.StartedAt);

        Assert.Equal(progress.Values.Order().Distinct(), progress.Values);
        Assert.Equal(1, progress.Values[^1]);

        var seen = await client.GetAsync(analysis.Id, pictures: true);
        Assert.Equal([0xFF, 0xD8], seen.Result!.Faces[0].Moments[0].Picture![..2]);
        var waited = await client.WaitAsync(analysis.Id, pictures: true);
        Assert.Equal(seen.Result.Faces[0].Moments[0].Picture, waited.Result!.Faces[0].Moments[0].Picture);
        await using var report = await client.GetReportAsync(analysis.Id);
        using var reader = new StreamReader(report);
        Assert.Contains("What this does not say", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        var health = await client.GetHealthAsync();
        Assert.Equal((true, 0, 0), (health.IsOk, health.Queued, health.Running));
    }

    [Fact]
    public async Task A_stream_is_sent_as_it_comes_from_where_it_stands_and_stays_open()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder, null, "--workers", "0");
        var client = new ArgusClient(service.Client);
        const string Name = "my \"clip\" – ü%22.mp4";
        var bytes = await File.ReadAllBytesAsync(material.Video);

        // What a program prints cannot be rewound, and nobody knows how long it is.
        using (
            var program = Process.Start(
                new ProcessStartInfo("cat", [material.Video]) { RedirectStandardOutput = true }
            )!
        )
        {
            var sent = await client.CreateAsync(program.StandardOutput.BaseStream, Name);
            Assert.Equal((Name, bytes.Length), (sent.Name, sent.Bytes));
            Assert.Equal(AnalysisState.Queued, sent.State);
            Assert.False(sent.KeepsOriginal);
        }
        await using var stream = new MemoryStream([1, 2, 3, .. bytes]);
        stream.Position = 3;
        Assert.Equal(bytes.Length, (await client.CreateAsync(stream, Name)).Bytes);
        Assert.Equal(stream.Length, stream.Position);
        await Assert.ThrowsAsync<ArgumentException>(() => client.CreateAsync(stream, " "));
        await Assert.ThrowsAsync<ArgumentException>(() => client.GetAsync(""));
        await Assert.ThrowsAsync<FileNotFoundException>(() => client.CreateAsync(folder["none.mp4"]));
    }

    [Fact]
    public async Task A_large_upload_is_never_whole_in_memory()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder, null, "--workers", "0");
        // A free atom after the video's own, of zeros.
        const int Megabytes = 300;
        File.Copy(material.Video, folder["large.mp4"]);
        await using (var file = new FileStream(folder["large.mp4"], FileMode.Append))
            file.Write([
                Megabytes >> 12,
                unchecked((byte)(Megabytes >> 4)),
                unchecked((byte)(Megabytes << 4)),
                0,
                .. "free"u8,
            ]);
        await using (var file = new FileStream(folder["large.mp4"], FileMode.Open))
            file.SetLength(file.Length + (Megabytes << 20) - 8);
        var before = GC.GetTotalAllocatedBytes();
        var sent = await new ArgusClient(service.Client).CreateAsync(folder["large.mp4"]);
        Assert.True(sent.Bytes > Megabytes << 20);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50 << 20);
    }

    [Fact]
    public async Task An_original_is_kept_and_given_back_where_the_service_keeps_any()
    {
        using var folder = new TemporaryFolder();
        using (var careless = await RunningService.StartAsync(material, folder, null, "--workers", "0"))
        {
            var refused = await Assert.ThrowsAsync<ArgusClientException>(() =>
                new ArgusClient(careless.Client).CreateAsync(material.Video, keepOriginal: true)
            );
            Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
            Assert.Contains("--keep-originals", refused.Message, StringComparison.Ordinal);
        }
        using var service = await RunningService.StartAsync(material, folder, null, "--keep-originals");
        var client = new ArgusClient(service.Client);
        var kept = await client.AnalyzeAsync(material.Video, keepOriginal: true);
        Assert.True(kept.KeepsOriginal);
        await using var original = await client.GetOriginalAsync(kept.Id);
        using var copy = new MemoryStream();
        await original.CopyToAsync(copy);
        Assert.Equal(await File.ReadAllBytesAsync(material.Video), copy.ToArray());
        await client.DeleteAsync(kept.Id);
        var gone = await Assert.ThrowsAsync<ArgusClientException>(() => client.GetOriginalAsync(kept.Id));
        Assert.Equal(HttpStatusCode.NotFound, gone.Status);
    }

    [Fact]
    public async Task The_history_is_listed_page_by_page_and_may_be_deleted_on_the_way()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder, null, "--workers", "0");
        using var recorder = new Recorder();
        using var http = new HttpClient(recorder) { BaseAddress = service.Address };
        var client = new ArgusClient(http);
        Assert.Empty(await client.ListAsync().ToListAsync());
        var sent = new List<string>();
        for (var i = 0; i < 5; i++)
            sent.Insert(0, (await client.CreateAsync(material.Video)).Id);
        Assert.Equal(sent, await client.ListAsync().Select(analysis => analysis.Id).ToListAsync());
        Assert.Equal(sent[2..], await client.ListAsync(before: sent[1]).Select(analysis => analysis.Id).ToListAsync());
        foreach (var size in new[] { 1, 2, 5 })
            Assert.Equal(sent, await client.ListAsync(pageSize: size).Select(analysis => analysis.Id).ToListAsync());

        // Who wants the first only asks for one page.
        var asked = recorder.Exchanges.Count;
        Assert.Equal(sent[0], await client.ListAsync(pageSize: 2).Select(analysis => analysis.Id).FirstAsync());
        Assert.Equal(asked + 1, recorder.Exchanges.Count);

        var deleted = new List<string>();
        await foreach (var analysis in client.ListAsync(pageSize: 2))
        {
            await client.DeleteAsync(analysis.Id);
            deleted.Add(analysis.Id);
        }
        Assert.Equal(sent, deleted);
        Assert.Empty(service.Files);
        Assert.Throws<ArgumentOutOfRangeException>(() => client.ListAsync(pageSize: 201));
    }

    [Fact]
    public async Task A_waiting_video_is_cancelled_deleted_and_counted()
    {
        using var folder = new TemporaryFolder();
        var gate = new Gate(folder);
        gate.Hold();
        using var service = await RunningService.StartAsync(material, folder, gate.Shell);
        var client = new ArgusClient(service.Client);
        using var stop = new CancellationTokenSource();
        var first = await client.CreateAsync(material.Video);
        await RunningService.UntilAsync(() => Task.FromResult(gate.Begun(first.Id) == 1));
        var second = client.AnalyzeAsync(material.Video, cancel: stop.Token);
        await RunningService.UntilAsync(async () => (await client.GetHealthAsync()) is { Queued: 1, Running: 1 });
        var waiting = await client.ListAsync().FirstAsync();
        Assert.Equal(1, (await client.GetAsync(waiting.Id)).Before);

        // Whoever stops waiting leaves the video to the service.
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(AnalysisState.Queued, (await client.GetAsync(waiting.Id)).State);

        // Deleted in mid-analysis, it is no result.
        var follower = client.WaitAsync(first.Id);
        await client.DeleteAsync(first.Id);
        var error = await Assert.ThrowsAsync<ArgusClientException>(() => follower);
        if (error.Status is null)
            Assert.Equal(first.Id, error.Analysis!.Id);
        else
            Assert.Equal(HttpStatusCode.NotFound, error.Status);
        gate.Open();
        Assert.Equal(AnalysisState.Done, (await client.WaitAsync(waiting.Id)).State);
    }

    [Fact]
    public async Task An_upload_that_is_cancelled_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder, null, "--workers", "0");
        using var stop = new CancellationTokenSource();
        using var program = Process.Start(
            new ProcessStartInfo("cat") { RedirectStandardInput = true, RedirectStandardOutput = true }
        )!;
        var bytes = await File.ReadAllBytesAsync(material.Video);
        await program.StandardInput.BaseStream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
        await program.StandardInput.BaseStream.FlushAsync();
        var upload = new ArgusClient(service.Client).CreateAsync(
            program.StandardOutput.BaseStream,
            "half.mp4",
            cancel: stop.Token
        );
        await RunningService.UntilAsync(() => Task.FromResult(service.Files.Length == 1));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload);
        await service.NoFilesAsync();
        program.StandardInput.Close();
        await program.WaitForExitAsync();
    }

    [Fact]
    public async Task An_analysis_that_failed_is_an_exception_with_its_reason()
    {
        using var folder = new TemporaryFolder();
        var gate = new Gate(folder);
        gate.Hold();
        using var service = await RunningService.StartAsync(material, folder, gate.Shell, "--analysis-minutes", "0.01");
        var client = new ArgusClient(service.Client);
        var error = await Assert.ThrowsAsync<ArgusClientException>(() => client.AnalyzeAsync(material.Video));
        Assert.Contains("was not done after 0.01 minutes", error.Message, StringComparison.Ordinal);
        Assert.Equal(AnalysisState.Failed, error.Analysis!.State);
        Assert.Null(error.Status);
        var events = await client.FollowAsync(error.Analysis.Id).ToListAsync();
        Assert.Equal(AnalysisEventKind.Failed, Assert.Single(events).Kind);
        var none = await Assert.ThrowsAsync<ArgusClientException>(() => client.GetReportAsync(error.Analysis.Id));
        Assert.Equal(HttpStatusCode.NotFound, none.Status);
    }
}
