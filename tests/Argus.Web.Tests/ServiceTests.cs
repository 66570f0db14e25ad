using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Argus.Tests;
using Xunit;

namespace Argus.Web.Tests;

/// <summary>The service over HTTP, as a program uses it.</summary>
public class ServiceTests(Material material)
{
    [Fact]
    public async Task A_video_is_accepted_followed_judged_reported_listed_and_forgotten()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder);
        using var answer = await service.Client.PostAsync(
            "/v1/analyses",
            RunningService.Form(material.Video, "../../etc/my clip.mp4")
        );
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var created = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var id = created.GetProperty("id").GetString()!;
        Assert.Equal(new Uri(service.Address, $"/v1/analyses/{id}"), answer.Headers.Location);
        Assert.Equal("my clip.mp4", created.GetProperty("name").GetString());
        Assert.Equal(
            Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(material.Video))
            ),
            created.GetProperty("sha256").GetString()
        );

        var events = await service.Client.GetStringAsync($"/v1/analyses/{id}/events");
        Assert.Contains("event: done", events, StringComparison.Ordinal);

        var done = await service.GetAsync($"/v1/analyses/{id}");
        Assert.Equal("done", done.GetProperty("state").GetString());
        var result = done.GetProperty("result");
        var specialists = Assert
            .Single(result.GetProperty("faces").EnumerateArray())
            .GetProperty("specialists")
            .EnumerateArray()
            .ToDictionary(one => one.GetProperty("name").GetString()!);
        Assert.InRange(specialists["rr"].GetProperty("probability").GetDouble(), 0, 1);
        Assert.InRange(specialists["tm"].GetProperty("probability").GetDouble(), 0, 1);
        Assert.Equal(JsonValueKind.String, specialists["av"].GetProperty("abstains").ValueKind);
        Assert.Equal(done.GetProperty("probability").GetDouble(), result.GetProperty("probability").GetDouble());
        Assert.DoesNotContain("\"picture\"", done.GetRawText(), StringComparison.Ordinal);
        var moment = (await service.GetAsync($"/v1/analyses/{id}?pictures=true"))
            .GetProperty("result")
            .GetProperty("faces")[0]
            .GetProperty("moments")[0];
        Assert.Equal([0xFF, 0xD8], moment.GetProperty("picture").GetBytesFromBase64()[..2]);

        var report = await service.Client.GetStringAsync($"/v1/analyses/{id}/report");
        Assert.Contains("What this does not say", report, StringComparison.Ordinal);
        await service.NoFilesAsync();

        var second = await service.SendAsync(material.Video);
        Assert.Equal(
            [second, id],
            (await service.GetAsync("/v1/analyses")).EnumerateArray().Select(one => one.GetProperty("id").GetString())
        );
        Assert.Equal(
            [id],
            (await service.GetAsync($"/v1/analyses?before={second}&limit=1"))
                .EnumerateArray()
                .Select(one => one.GetProperty("id").GetString())
        );
        await service.WaitAsync(second, "done");
        await service.CountedAsync("argus_analyses_total{outcome=\"undecided\"} 2");
        await service.HealthyAsync();
        Assert.Equal("ok", (await service.GetAsync("/healthz")).GetProperty("status").GetString());
        Assert.Equal(
            [
                "/healthz",
                "/v1/analyses",
                "/v1/analyses/{id}",
                "/v1/analyses/{id}/events",
                "/v1/analyses/{id}/original",
                "/v1/analyses/{id}/report",
                "/v1/batches",
                "/v1/batches/{id}",
                "/v1/session",
            ],
            (await service.GetAsync("/openapi/v1.json"))
                .GetProperty("paths")
                .EnumerateObject()
                .Select(path => path.Name)
                .Order(StringComparer.Ordinal)
        );

        Assert.Equal(HttpStatusCode.NoContent, (await service.Client.DeleteAsync($"/v1/analyses/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync($"/v1/analyses/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync($"/v1/analyses/{id}/events")).StatusCode);
        var (exitCode, log) = await service.StopAsync();
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("fail:", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_video_too_large_or_too_long_is_refused_with_a_reason_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(
            material,
            folder,
            null,
            "--max-megabytes",
            "3",
            "--max-minutes",
            "60"
        );
        async Task Refused(int status, string reason, string path)
        {
            using var answer = await service.Client.PostAsync("/v1/analyses", RunningService.Form(path));
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True((int)answer.StatusCode == status, $"{path}: {answer.StatusCode} {text}");
            Assert.Contains(reason, text, StringComparison.Ordinal);
        }
        var playlist = folder.Write("list.mp4", "#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:1/x.ts\n");
        var script = folder.Write("concat.mp4", $"ffconcat version 1.0\nfile '{material.Video}'\n");
        foreach (var path in new[] { material.Broken, playlist, script })
            await Refused(415, "no video or picture", path);
        await Refused(400, "empty", folder.Write("empty.mp4", ""));

        // A zip bomb, and a playlist with the first bytes of a video.
        using (
            var zip = System.IO.Compression.ZipFile.Open(
                folder["bomb.mp4"],
                System.IO.Compression.ZipArchiveMode.Create
            )
        )
        {
            using var entry = zip.CreateEntry("zeros").Open();
            for (var i = 0; i < 100; i++)
                entry.Write(new byte[1 << 20]);
        }
        await Refused(415, "no video or picture", folder["bomb.mp4"]);
        await Refused(
            422,
            "cannot be judged",
            folder.Write("disguised.mp4", "0000ftypisom\n#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:1/x.ts\n")
        );

        // A picture whose header says 100,000 x 100,000, a video whose end is missing, three hours in a small file.
        var png = Convert.FromHexString("89504E470D0A1A0A0000000D49484452" + "000186A0000186A0" + "0802000000");
        await File.WriteAllBytesAsync(folder["huge.png"], [.. png, .. new byte[200]]);
        await Refused(422, "cannot be judged", folder["huge.png"]);
        await File.WriteAllBytesAsync(folder["half.mp4"], (await File.ReadAllBytesAsync(material.Video))[..4000]);
        await Refused(422, "cannot be judged", folder["half.mp4"]);
        await Videos.RunAsync(
            folder["long.mp4"],
            [
                "-f",
                "lavfi",
                "-i",
                "color=gray:size=32x32:rate=1",
                "-t",
                "10800",
                "-c:v",
                "libx264",
                "-preset",
                "ultrafast",
            ]
        );
        await Refused(422, "longer than 1:00:00", folder["long.mp4"]);
        // Two seconds, a gap of hours, two seconds.
        foreach (var (name, offset) in new[] { ("a.ts", "0"), ("b.ts", "10000") })
            await Videos.RunAsync(
                folder[name],
                [
                    "-f",
                    "lavfi",
                    "-i",
                    "testsrc2=size=64x64:rate=10",
                    "-t",
                    "2",
                    "-output_ts_offset",
                    offset,
                    "-c:v",
                    "libx264",
                    "-pix_fmt",
                    "yuv420p",
                ]
            );
        await File.WriteAllBytesAsync(
            folder["gap.ts"],
            [.. await File.ReadAllBytesAsync(folder["a.ts"]), .. await File.ReadAllBytesAsync(folder["b.ts"])]
        );
        await Refused(422, "longer than 1:00:00", folder["gap.ts"]);
        await File.WriteAllBytesAsync(
            folder["large.mp4"],
            [.. await File.ReadAllBytesAsync(material.Video), .. new byte[3_500_000]]
        );
        await Refused(413, "larger than 3 MB", folder["large.mp4"]);

        // Not what the API asks for.
        async Task<HttpStatusCode> Sent(HttpContent content) =>
            (await service.Client.PostAsync("/v1/analyses", content)).StatusCode;
        Assert.Equal(
            HttpStatusCode.UnsupportedMediaType,
            await Sent(new StringContent("{}", Encoding.UTF8, "text/plain"))
        );
        Assert.Equal(
            HttpStatusCode.BadRequest,
            await Sent(new MultipartFormDataContent { { new StringContent("x"), "note" } })
        );
        var twice = (MultipartFormDataContent)RunningService.Form(material.Video);
        twice.Add(new StreamContent(File.OpenRead(material.Video)), "file", "second.mp4");
        Assert.Equal(HttpStatusCode.BadRequest, await Sent(twice));
        var packed = RunningService.Form(material.Video);
        packed.Headers.ContentEncoding.Add("gzip");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await Sent(packed));
        var broken = new ByteArrayContent(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\n\r\n\0\0\0 ftyp"u8.ToArray()
        );
        broken.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        Assert.Equal(HttpStatusCode.BadRequest, await Sent(broken));
        Assert.Equal(HttpStatusCode.BadRequest, (await service.Client.GetAsync("/v1/analyses?limit=0")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await service.Client.GetAsync("/v1/analyses?limit=x")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await service.Client.GetAsync("/v1/analyses?before=%00")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync("/v2")).StatusCode);
        Assert.Equal(
            HttpStatusCode.RequestEntityTooLarge,
            (await service.Client.PostAsJsonAsync("/v1/session", new { key = new string('a', 10_000) })).StatusCode
        );
        var boundary = new ByteArrayContent([1]);
        boundary.Headers.TryAddWithoutValidation(
            "Content-Type",
            $"multipart/form-data; boundary={new string('b', 5000)}"
        );
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await Sent(boundary));

        // Another site's page in the user's browser; a name that somebody else points at this machine.
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/v1/analyses")
        {
            Content = RunningService.Form(material.Video),
            Headers = { { "Sec-Fetch-Site", "cross-site" } },
        };
        Assert.Equal(HttpStatusCode.Forbidden, (await service.Client.SendAsync(foreign)).StatusCode);
        using var older = new HttpRequestMessage(HttpMethod.Post, "/v1/analyses")
        {
            Content = RunningService.Form(material.Video),
            Headers = { { "Origin", "http://evil.example" } },
        };
        Assert.Equal(HttpStatusCode.Forbidden, (await service.Client.SendAsync(older)).StatusCode);
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/v1/analyses")
        {
            Headers = { Host = "evil.example" },
        };
        Assert.Equal(HttpStatusCode.BadRequest, (await service.Client.SendAsync(rebound)).StatusCode);

        Assert.Empty(service.Files);
        Assert.Empty((await service.GetAsync("/v1/analyses")).EnumerateArray());
        var (_, log) = await service.StopAsync();
        Assert.DoesNotContain("fail:", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_goes_away_leaves_nothing_and_a_full_disk_is_said()
    {
        using var folder = new TemporaryFolder();
        // No file may become larger than 600 kB: to a program that is a full disk.
        using var service = await RunningService.StartAsync(
            material,
            folder,
            "export DOTNET_EnableWriteXorExecute=0; trap '' XFSZ; ulimit -f 600"
        );
        using (var socket = new TcpClient(service.Address.Host, service.Address.Port))
        {
            var head =
                $"POST /v1/analyses HTTP/1.1\r\nHost: {service.Address.Authority}\r\nContent-Type: "
                + "multipart/form-data; boundary=b\r\nContent-Length: "
                + "10000000\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; "
                + "filename=\"a.mp4\"\r\n\r\n";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
            await socket.GetStream().WriteAsync((await File.ReadAllBytesAsync(material.Video)).AsMemory(0, 2000));
            await RunningService.UntilAsync(async () =>
            {
                // A body that stands still would be given up as too slow, and its file with it.
                await socket.GetStream().WriteAsync(new byte[64]);
                return service.Files.Length == 1;
            });
        }
        await service.NoFilesAsync();

        await File.WriteAllBytesAsync(
            folder["large.mp4"],
            [.. await File.ReadAllBytesAsync(material.Video), .. new byte[1_500_000]]
        );
        using var full = await service.Client.PostAsync("/v1/analyses", RunningService.Form(folder["large.mp4"]));
        Assert.Equal(HttpStatusCode.InsufficientStorage, full.StatusCode);
        Assert.Empty(service.Files);
        // It goes on working.
        Assert.Equal(
            "done",
            (await service.WaitAsync(await service.SendAsync(material.Video), "done", "failed"))
                .GetProperty("state")
                .GetString()
        );
    }

    [Fact]
    public async Task A_worker_killed_in_mid_job_loses_nothing_and_one_that_is_stopped_gives_back()
    {
        using var folder = new TemporaryFolder();
        var gate = new Gate(folder);
        string first,
            second;
        gate.Hold();
        using (var service = await RunningService.StartAsync(material, folder, gate.Shell, "--lease-seconds", "2"))
        {
            first = await service.SendAsync(material.Video);
            second = await service.SendAsync(material.Video);
            await RunningService.UntilAsync(() => Task.FromResult(gate.Begun(first) == 1));
            service.Kill();
        }
        gate.Hold(first);
        // Two workers, since the dead one's lease may have lapsed by now, and then the first is taken before the
        // second.
        string[] later = ["--lease-seconds", "10000"];
        using (
            var service = await RunningService.StartAsync(material, folder, gate.Shell, [.. later, "--workers", "2"])
        )
        {
            Assert.Equal("done", (await service.WaitAsync(second, "done", "failed")).GetProperty("state").GetString());
            await RunningService.UntilAsync(() => Task.FromResult(gate.Begun(first) == 2));
            // Also while a page follows it.
            using var followed = await service.Client.GetAsync(
                $"/v1/analyses/{first}/events",
                HttpCompletionOption.ResponseHeadersRead
            );
            Assert.Equal(0, (await service.StopAsync()).ExitCode);
        }
        // Given back, it is taken at once, not after the lease.
        gate.Open();
        using (var service = await RunningService.StartAsync(material, folder, gate.Shell, later))
        {
            Assert.Equal("done", (await service.WaitAsync(first, "done", "failed")).GetProperty("state").GetString());
            // What the killed process had begun to unpack stays for the sweeper.
            await RunningService.UntilAsync(() =>
                Task.FromResult(
                    service.Files.All(file => Path.GetFileName(file).StartsWith("sound-", StringComparison.Ordinal))
                )
            );
        }
    }

    [Fact]
    public async Task A_video_deleted_while_it_is_looked_at_is_let_go_and_the_next_begins()
    {
        using var folder = new TemporaryFolder();
        var gate = new Gate(folder);
        gate.Hold();
        using var service = await RunningService.StartAsync(material, folder, gate.Shell);
        var first = await service.SendAsync(material.Video);
        var second = await service.SendAsync(material.Video);
        await RunningService.UntilAsync(() => Task.FromResult(gate.Begun(first) == 1));
        gate.Hold(first);
        Assert.Equal(HttpStatusCode.NoContent, (await service.Client.DeleteAsync($"/v1/analyses/{first}")).StatusCode);
        await service.WaitAsync(second, "done");
        await service.NoFilesAsync();
    }
}
