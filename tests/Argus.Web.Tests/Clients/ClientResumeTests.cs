using System.Net;
using Argus.Client;
using Argus.Tests;
using Xunit;

namespace Argus.Web.Tests.Clients;

/// <summary>A client follows an analysis while the service stops, is killed, starts again or falls silent.</summary>
public class ClientResumeTests(Material material)
{
    private static readonly ArgusClientOptions Quick = new() { ResumePause = TimeSpan.FromSeconds(0.1) };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_analysis_is_followed_across_a_restart_of_the_service(bool isKilled)
    {
        using var folder = new TemporaryFolder();
        var gate = new Gate(folder);
        gate.Hold();
        var events = new List<AnalysisEvent>();
        var progress = new ProgressList();
        Uri address;
        Task following;
        Task<Analysis> waiting;
        using var http = new HttpClient();
        using (var service = await RunningService.StartAsync(material, folder, gate.Shell, "--lease-seconds", "1"))
        {
            address = service.Address;
            var client = new ArgusClient(http, new ArgusClientOptions { Address = address });
            waiting = client.AnalyzeAsync(material.Video, progress);
            await RunningService.UntilAsync(async () => (await client.ListAsync().ToListAsync()).Count == 1);
            var id = (await client.ListAsync().FirstAsync()).Id;
            await RunningService.UntilAsync(() => Task.FromResult(gate.Begun(id) == 1));
            var seen = new TaskCompletionSource();
            following = Task.Run(async () =>
            {
                await foreach (var each in client.FollowAsync(id))
                {
                    events.Add(each);
                    seen.TrySetResult();
                }
            });
            await seen.Task;
            if (isKilled)
                service.Kill();
            else
                Assert.Equal(0, (await service.StopAsync()).ExitCode);
        }
        gate.Open();
        Assert.False(waiting.IsCompleted);
        using var again = await RunningService.StartAsync(
            material,
            folder,
            gate.Shell,
            "--url",
            $"{address}".TrimEnd('/')
        );
        var done = await waiting;
        await following;

        Assert.Equal(AnalysisState.Done, done.State);
        Assert.NotNull(done.Result);
        Assert.Equal(AnalysisEventKind.Done, events[^1].Kind);
        Assert.Equal(AnalysisState.Done, events[^1].Analysis.State);
        Assert.All(events.SkipLast(1), each => Assert.Equal(AnalysisEventKind.Progress, each.Kind));
        Assert.All(events, each => Assert.Null(each.Analysis.Result));
        Assert.All(events.Zip(events.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
        Assert.Equal(progress.Values.Order().Distinct(), progress.Values);
    }

    [Fact]
    public async Task A_service_that_does_not_come_back_is_given_up_after_the_limit()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder, null, "--workers", "0");
        var options = new ArgusClientOptions { ResumePause = Quick.ResumePause, ResumeLimit = TimeSpan.FromSeconds(1) };
        var client = new ArgusClient(service.Client, options);
        var waiting = client.AnalyzeAsync(material.Video);
        await RunningService.UntilAsync(async () => (await client.ListAsync().ToListAsync()).Count == 1);
        service.Kill();
        var error = await Assert.ThrowsAsync<ArgusClientException>(() => waiting);
        Assert.Contains("cannot be reached", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_deleted_while_the_connection_was_lost_is_said_to_be()
    {
        using var folder = new TemporaryFolder();
        using var recorder = new Recorder();
        using var http = new HttpClient(recorder);
        Uri address;
        string id;
        IAsyncEnumerator<AnalysisEvent> events;
        using (var service = await RunningService.StartAsync(material, folder, null, "--workers", "0"))
        {
            address = http.BaseAddress = service.Address;
            var client = new ArgusClient(http, Quick);
            id = (await client.CreateAsync(material.Video)).Id;
            events = client.FollowAsync(id).GetAsyncEnumerator();
            Assert.True(await events.MoveNextAsync());
            Assert.Equal(AnalysisEventKind.Progress, events.Current.Kind);
            // From here on the client finds nothing until it is let go on.
            recorder.Close();
            await service.StopAsync();
        }
        var next = events.MoveNextAsync();
        using var again = await RunningService.StartAsync(
            material,
            folder,
            null,
            "--workers",
            "0",
            "--url",
            $"{address}".TrimEnd('/')
        );
        await new ArgusClient(again.Client).DeleteAsync(id);
        recorder.Open();
        Assert.True(await next);
        Assert.Equal((AnalysisEventKind.Deleted, id), (events.Current.Kind, events.Current.Analysis.Id));
        Assert.False(await events.MoveNextAsync());
        await events.DisposeAsync();

        // What was never seen is not said to be deleted.
        var unknown = await Assert.ThrowsAsync<ArgusClientException>(() =>
            new ArgusClient(again.Client).FollowAsync(id).ToListAsync().AsTask()
        );
        Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
    }

    [Fact]
    public async Task A_silent_stream_is_looked_into_by_asking()
    {
        using var folder = new TemporaryFolder();
        var gate = new Gate(folder);
        gate.Hold();
        using var service = await RunningService.StartAsync(material, folder, gate.Shell);
        using var recorder = new Recorder();
        using var http = new HttpClient(recorder) { BaseAddress = service.Address };
        var options = new ArgusClientOptions
        {
            ResumePause = Quick.ResumePause,
            SilenceLimit = TimeSpan.FromSeconds(0.5),
        };
        var client = new ArgusClient(http, options);
        var id = (await client.CreateAsync(material.Video)).Id;
        var following = client.FollowAsync(id).ToListAsync();
        int Count(string path) => recorder.Exchanges.Count(each => each.Uri.AbsolutePath == $"/v1/analyses/{id}{path}");
        await RunningService.UntilAsync(() => Task.FromResult(Count("") >= 2 && Count("/events") >= 3));
        gate.Open();
        var events = await following;
        Assert.Equal(AnalysisEventKind.Done, events[^1].Kind);
        Assert.All(events.Zip(events.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public async Task Deletion_ends_what_is_followed()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder, null, "--workers", "0");
        var client = new ArgusClient(service.Client);
        var id = (await client.CreateAsync(material.Video)).Id;
        await using var events = client.FollowAsync(id).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.Equal((AnalysisState.Queued, 0), (events.Current.Analysis.State, events.Current.Analysis.Before));
        await client.DeleteAsync(id);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(AnalysisEventKind.Deleted, events.Current.Kind);
        Assert.False(await events.MoveNextAsync());

        // Whoever stops following leaves it as it is.
        using var stop = new CancellationTokenSource();
        id = (await client.CreateAsync(material.Video)).Id;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var each in client.FollowAsync(id, stop.Token))
                await stop.CancelAsync();
        });
        Assert.Equal(AnalysisState.Queued, (await client.GetAsync(id)).State);
    }
}
