using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Argus.Cli.Tests;
using Argus.Tests;
using Argus.Web.Tests.Outbound;
using Argus.Web.Tests.Webhooks;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Argus.Web.Tests.Http;

/// <summary>Batches over HTTP.</summary>
public class BatchTests(Material material)
{
    [Fact]
    public async Task Files_sent_together_get_one_answer_and_broken_ones_do_not_refuse_the_others()
    {
        await using var receiver = await OtherServer.StartAsync(200);
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(
            material,
            folder,
            $"export ARGUS_WEBHOOK_SECRET={DeliveringProcess.Secret}",
            "--max-megabytes",
            "1",
            "--webhook-host",
            receiver.Peer,
            "--allow-private",
            receiver.Peer
        );
        var large = folder["large.mp4"];
        byte[] video = await File.ReadAllBytesAsync(material.Video, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(large, [.. video, .. new byte[1_500_000]], TestContext.Current.CancellationToken);
        using var answer = await service.Client.PostAsync(
            $"/v1/batches?webhook={receiver.Address}",
            Form(material.Video, material.Broken, large, folder.Write("empty.mp4"), material.Video)
        );
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, text);
        var created = JsonDocument.Parse(text).RootElement;
        var id = created.GetProperty("id").GetString()!;
        Assert.Equal(new Uri(service.Address, $"/v1/batches/{id}"), answer.Headers.Location);
        Assert.Equal(
            [(1, "broken.mp4", 415), (2, "large.mp4", 413), (3, "empty.mp4", 400)],
            created
                .GetProperty("refused")
                .EnumerateArray()
                .Select(one =>
                    (
                        one.GetProperty("position").GetInt32(),
                        one.GetProperty("name").GetString()!,
                        one.GetProperty("status").GetInt32()
                    )
                )
        );
        var ids = created.GetProperty("analyses").EnumerateArray().Select(one => one.GetProperty("id").GetString()!);
        Assert.Equal(2, ids.Count());
        await RunningService.UntilAsync(async () =>
            (await service.GetAsync($"/v1/batches/{id}")).GetProperty("state").GetString() == "done"
        );
        var done = await service.GetAsync($"/v1/batches/{id}");
        Assert.Equal(2, done.GetProperty("states").GetProperty("done").GetInt32());
        Assert.Equal(2, done.GetProperty("verdicts").GetProperty("undecided").GetInt32());
        Assert.Equal(
            ids,
            done.GetProperty("analyses").EnumerateArray().Select(one => one.GetProperty("id").GetString())
        );
        Assert.Equal(id, (await service.GetAsync($"/v1/analyses/{ids.First()}")).GetProperty("batch").GetString());
        await service.NoFilesAsync();

        await RunningService.UntilAsync(async () =>
            (await service.GetAsync($"/v1/batches/{id}")).GetProperty("webhook").GetProperty("state").GetString()
            == "delivered"
        );
        var told = JsonDocument.Parse(Assert.Single(receiver.Requests).Body).RootElement;
        foreach (var property in told.EnumerateObject())
            Assert.Equal(done.GetProperty(property.Name).GetRawText(), property.Value.GetRawText());

        // All of it is forgotten, also in the middle of it.
        using var again = await service.Client.PostAsync("/v1/batches", Form(material.Video, material.Video));
        var second = JsonDocument.Parse(await again.Content.ReadAsStringAsync()).RootElement;
        foreach (var batch in new[] { id, second.GetProperty("id").GetString()! })
        {
            Assert.Equal(
                HttpStatusCode.NoContent,
                (await service.Client.DeleteAsync($"/v1/batches/{batch}")).StatusCode
            );
            Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync($"/v1/batches/{batch}")).StatusCode);
            Assert.Equal(
                HttpStatusCode.NotFound,
                (await service.Client.DeleteAsync($"/v1/batches/{batch}")).StatusCode
            );
        }
        Assert.Empty((await service.GetAsync("/v1/analyses")).EnumerateArray());
        await service.NoFilesAsync();
        var (_, log) = await service.StopAsync();
        Assert.DoesNotContain("fail:", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_is_too_large_or_has_no_room_is_refused_as_a_whole_and_leaves_nothing()
    {
        await using var server = await OtherServer.StartAsync(http => http.Response.SendFileAsync(material.Video));
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(
            material,
            folder,
            null,
            "--workers",
            "0",
            "--max-batch",
            "4",
            "--max-queue",
            "3",
            "--fetch-host",
            server.Peer,
            "--allow-private",
            server.Peer
        );
        async Task Refused(HttpContent content, int status, string reason)
        {
            using var refused = await service.Client.PostAsync("/v1/batches", content);
            var detail = await refused.Content.ReadAsStringAsync();
            Assert.True((int)refused.StatusCode == status, $"{refused.StatusCode} {detail}");
            Assert.Contains(reason, JsonDocument.Parse(detail).RootElement.GetProperty("detail").GetString());
            Assert.Empty(service.Files);
        }
        JsonContent Urls(int count) =>
            JsonContent.Create(new { urls = Enumerable.Range(0, count).Select(i => $"{server.Address}{i}.mp4") });
        var video = material.Video;
        await Refused(Form([.. Enumerable.Repeat(material.Broken, 5)]), 413, "A batch may have 4 files");
        await Refused(Form(video, video, video, video), 503, "No more than 3 videos may wait");
        await Refused(Urls(10_000), 413, "A batch may have 4 files");
        await Refused(Urls(5), 413, "A batch may have 4 files");
        await Refused(Urls(4), 503, "No more than 3 videos may wait");
        Assert.Empty(server.Requests);
        await Refused(Urls(0), 400, "The body is not what this address takes");
        await Refused(JsonContent.Create(new { url = $"{server.Address}" }), 400, "Send {\"urls\"");
        await Refused(new MultipartFormDataContent { { new StringContent("x"), "note" } }, 400, "holds no file");
        await Refused(
            Form(material.Broken, material.Broken),
            422,
            "None of the files can be taken. broken.mp4: This is"
        );
        await Refused(JsonContent.Create(new { urls = new[] { "http://a.example/", "x" } }), 422, "None of the files");
        // An end in the middle of the second file.
        var whole = await Form(video, video).ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var half = new ByteArrayContent(whole[..(whole.Length * 3 / 4)]);
        half.Headers.ContentType = new("multipart/form-data") { Parameters = { new("boundary", Boundary) } };
        await Refused(half, 400, "The form is broken or ends too early");
        Assert.Empty((await service.GetAsync("/v1/analyses")).EnumerateArray());

        // As many as there is room for; then one more is one too many.
        using (var fits = await service.Client.PostAsync("/v1/batches", Urls(3)))
            Assert.Equal(HttpStatusCode.Accepted, fits.StatusCode);
        using var full = await service.Client.PostAsync("/v1/batches", Urls(1));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, full.StatusCode);
        Assert.NotNull(full.Headers.RetryAfter);
        Assert.Equal(3, service.Files.Length);
        var (_, log) = await service.StopAsync();
        Assert.DoesNotContain("fail:", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_sent_together_are_fetched_in_order_and_each_owner_sees_only_their_own()
    {
        await using var server = await OtherServer.StartAsync(http =>
        {
            if (http.Request.Path.Value!.Contains("missing", StringComparison.Ordinal))
                http.Response.StatusCode = 404;
            return http.Response.StatusCode == 404 ? Task.CompletedTask : http.Response.SendFileAsync(material.Video);
        });
        using var folder = new TemporaryFolder();
        async Task<string> Key(string name) =>
            (await ArgusProcess.RunAsync(folder.Path, "keys", "add", name, "--data", "data")).Output.Trim();
        var (anna, ben) = (await Key("anna"), await Key("ben"));
        using var service = await RunningService.StartAsync(
            material,
            folder,
            null,
            "--require-key",
            "--workers",
            "0",
            "--fetch-host",
            server.Peer,
            "--allow-private",
            server.Peer
        );
        var urls = Enumerable
            .Range(0, 12)
            .Select(i => i == 5 ? $"{server.Address}missing?key=secret" : $"{server.Address}{i}.mp4")
            .Append("http://169.254.169.254/");
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync()).StatusCode);
        service.Client.DefaultRequestHeaders.Authorization = new("Bearer", anna);
        using var answer = await PostAsync();
        var created = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        var id = created.GetProperty("id").GetString()!;
        Assert.Equal("queued", created.GetProperty("state").GetString());
        Assert.Equal(
            Enumerable.Range(0, 12).Where(i => i != 5).Select(i => $"{i}.mp4"),
            created.GetProperty("analyses").EnumerateArray().Select(one => one.GetProperty("name").GetString())
        );
        var refused = created.GetProperty("refused");
        Assert.Equal(2, refused.GetArrayLength());
        Assert.Equal($"{server.Address}missing", refused[0].GetProperty("name").GetString());
        Assert.Equal(403, refused[1].GetProperty("status").GetInt32());

        service.Client.DefaultRequestHeaders.Authorization = new("Bearer", ben);
        Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync($"/v1/batches/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await service.Client.DeleteAsync($"/v1/batches/{id}")).StatusCode);
        service.Client.DefaultRequestHeaders.Authorization = new("Bearer", anna);
        Assert.Equal(11, (await service.GetAsync($"/v1/batches/{id}")).GetProperty("analyses").GetArrayLength());
        Assert.Equal(HttpStatusCode.NoContent, (await service.Client.DeleteAsync($"/v1/batches/{id}")).StatusCode);
        Assert.Empty(service.Files);

        Task<HttpResponseMessage> PostAsync() => service.Client.PostAsJsonAsync("/v1/batches", new { urls });
    }

    [Fact]
    public async Task The_description_for_machines_tells_forms_and_addresses_apart()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder, null, "--workers", "0");
        var document = await service.GetAsync("/openapi/v1.json");
        var paths = document.GetProperty("paths");
        // A schema stands there or among the components.
        JsonElement Members(JsonElement content, string type)
        {
            var schema = content.GetProperty(type).GetProperty("schema");
            if (schema.TryGetProperty("$ref", out var name))
                schema = document
                    .GetProperty("components")
                    .GetProperty("schemas")
                    .GetProperty(name.GetString()!.Split('/')[^1]);
            return schema.GetProperty("properties");
        }
        foreach (var (path, member) in new[] { ("/v1/analyses", "url"), ("/v1/batches", "urls") })
        {
            var post = paths.GetProperty(path).GetProperty("post");
            var content = post.GetProperty("requestBody").GetProperty("content");
            Assert.True(Members(content, "application/json").TryGetProperty(member, out _));
            Assert.True(Members(content, "multipart/form-data").TryGetProperty("file", out _));
            Assert.Equal(
                ["keep_original", "webhook"],
                post.GetProperty("parameters").EnumerateArray().Select(one => one.GetProperty("name").GetString())
            );
        }
    }

    private const string Boundary = "argus-test-boundary";

    private static MultipartFormDataContent Form(params string[] paths)
    {
        var form = new MultipartFormDataContent(Boundary);
        foreach (var path in paths)
            form.Add(new StreamContent(File.OpenRead(path)), "file", Path.GetFileName(path));
        return form;
    }
}
