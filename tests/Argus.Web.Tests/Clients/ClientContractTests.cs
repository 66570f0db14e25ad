using System.Net;
using System.Reflection;
using System.Text.Json;
using Argus.Client;
using Argus.Tests;
using Argus.Web.Tests.Outbound;
using Xunit;

namespace Argus.Web.Tests.Clients;

/// <summary>The client against the service's own description of its API, so that a change of either shows.</summary>
public class ClientContractTests(Material material)
{
    private const string Problem = "application/problem+json";

    // A program sends its key with every request; the cookie is for browsers.
    private static readonly string[] ForBrowsers = ["signIn", "signOut"];

    [Fact]
    public async Task The_client_and_the_description_agree_on_every_operation_parameter_status_and_property()
    {
        using var folder = new TemporaryFolder();
        var video = await File.ReadAllBytesAsync(material.Video);
        await using var other = await OtherServer.StartAsync(http => http.Response.Body.WriteAsync(video).AsTask());
        using var service = await RunningService.StartAsync(
            material,
            folder,
            null,
            "--keep-originals",
            "--fetch-host",
            other.Peer,
            "--webhook-host",
            other.Peer,
            "--webhook-secret",
            "whsec_" + Convert.ToBase64String(new byte[32]),
            "--allow-private",
            other.Peer
        );
        var document = new ApiDocument(await service.GetAsync("/openapi/v1.json"));
        using var recorder = new Recorder();
        using var http = new HttpClient(recorder) { BaseAddress = service.Address };
        await CallEverythingAsync(new ArgusClient(http), other.Address);

        foreach (var exchange in recorder.Exchanges)
        {
            var operation = Assert.Single(document.Operations, operation => operation.IsOf(exchange));
            Assert.All(Parameters(exchange), name => Assert.Contains(name, operation.QueryParameters));
            Assert.True(operation.Answers.TryGetValue(exchange.Status, out var schemas), $"{exchange}");
            Assert.Equal(schemas.Keys.SingleOrDefault(), exchange.MediaType);
        }
        foreach (var operation in document.Operations.Where(operation => !ForBrowsers.Contains(operation.Id)))
        {
            var calls = recorder.Exchanges.Where(operation.IsOf).ToList();
            Assert.Contains(operation.Success, calls.Select(call => call.Status));
            Assert.Equal(operation.QueryParameters.Order(), calls.SelectMany(Parameters).Distinct().Order());
            foreach (var (status, schemas) in operation.Answers.Where(answer => (int)answer.Key >= 400))
                Assert.Equal(operation.Id == "health" ? "application/json" : Problem, Assert.Single(schemas).Key);
        }

        var check = new SchemaCheck(document);
        foreach (var (id, type) in Answers())
        {
            var schema = Assert.Single(document.Find(id).Answers[document.Find(id).Success]).Value;
            check.Compare(id == "followAnalysis" ? DataOf(document, schema) : schema, type, id);
        }
        Assert.True(check.Faults.Count == 0, string.Join('\n', check.Faults));
        // No record of the client's is there for nothing.
        var records = typeof(ArgusClient)
            .Assembly.GetExportedTypes()
            .Where(type => type.GetMethod("<Clone>$") is not null || type.IsValueType && !type.IsEnum)
            .Where(type => type != typeof(AnalysisEvent));
        Assert.Equal(records.Select(type => type.Name).Order(), check.Seen.Select(type => type.Name).Order());
    }

    [Fact]
    public async Task The_description_holds_what_answers_hold()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder);
        var document = new ApiDocument(await service.GetAsync("/openapi/v1.json"));
        var check = new SchemaCheck(document);
        var id = (await new ArgusClient(service.Client).AnalyzeAsync(material.Video)).Id;
        foreach (
            var (operation, path) in new[]
            {
                ("getAnalysis", $"/v1/analyses/{id}"),
                ("getAnalysis", $"/v1/analyses/{id}?pictures=true"),
                ("listAnalyses", "/v1/analyses"),
                ("health", "/healthz"),
            }
        )
            check.Compare(
                document.Find(operation).Answers[HttpStatusCode.OK]["application/json"],
                await service.GetAsync(path),
                operation
            );
        Assert.True(check.Faults.Count == 0, string.Join('\n', check.Faults));
    }

    private async Task CallEverythingAsync(ArgusClient client, Uri other)
    {
        await client.GetHealthAsync();
        var fetched = await client.CreateAsync(other, webhook: other);
        Assert.Equal(other.AbsoluteUri, fetched.Webhook!.Address);
        var batch = await client.CreateBatchAsync(
            [material.Video, material.Broken],
            keepOriginal: true,
            webhook: other
        );
        Assert.Equal((1, 1), (batch.Analyses.Count, batch.Refused.Count));
        Assert.Equal(batch.Id, (await client.GetAsync(batch.Analyses[0].Id)).Batch);
        var addressed = await client.CreateBatchAsync([other, other]);
        foreach (var sentBatch in new[] { batch, addressed })
        {
            Assert.Equal(sentBatch.Id, (await client.GetBatchAsync(sentBatch.Id)).Id);
            await client.DeleteBatchAsync(sentBatch.Id);
        }
        await client.DeleteAsync(fetched.Id);
        var sent = await client.CreateAsync(material.Video);
        var analysis = await client.AnalyzeAsync(material.Video, keepOriginal: true, pictures: true);
        await client.WaitAsync(sent.Id);
        Assert.Equal(2, (await client.ListAsync(pageSize: 1).ToListAsync()).Count);
        foreach (
            var file in new[] { await client.GetReportAsync(analysis.Id), await client.GetOriginalAsync(analysis.Id) }
        )
            await file.DisposeAsync();
        await client.DeleteAsync(analysis.Id);
        foreach (
            var refused in new Func<Task>[]
            {
                () => client.CreateAsync(material.Broken),
                () => client.GetAsync(analysis.Id),
                () => client.WaitAsync(analysis.Id),
                () => client.GetReportAsync(analysis.Id),
                () => client.GetOriginalAsync(sent.Id),
                () => client.DeleteAsync(analysis.Id),
                () => client.GetBatchAsync(batch.Id),
                () => client.DeleteBatchAsync(batch.Id),
                () => client.CreateAsync(new Uri("http://elsewhere.example.org/clip.mp4")),
                () => client.ListAsync(before: "x").ToListAsync().AsTask(),
            }
        )
            Assert.NotNull((await Assert.ThrowsAsync<ArgusClientException>(refused)).Detail);
    }

    // What the methods of the client return, by the operation that they call.
    private static IEnumerable<(string Operation, Type Answer)> Answers()
    {
        yield return ("createAnalysis", Result(nameof(ArgusClient.CreateAsync)));
        yield return ("createBatch", Result(nameof(ArgusClient.CreateBatchAsync)));
        yield return ("getBatch", Result(nameof(ArgusClient.GetBatchAsync)));
        yield return ("getAnalysis", Result(nameof(ArgusClient.GetAsync)));
        yield return ("listAnalyses", typeof(IReadOnlyList<>).MakeGenericType(Result(nameof(ArgusClient.ListAsync))));
        yield return (
            "followAnalysis",
            typeof(AnalysisEvent).GetProperty(nameof(AnalysisEvent.Analysis))!.PropertyType
        );
        yield return ("health", Result(nameof(ArgusClient.GetHealthAsync)));
    }

    private static Type Result(string method) =>
        typeof(ArgusClient)
            .GetMember(method)
            .Cast<MethodInfo>()
            .Select(each => each.ReturnType.GetGenericArguments().Single())
            .Distinct()
            .Single();

    // The framework describes an event as the object that the service makes of it; only its data is sent as JSON.
    private static JsonElement DataOf(ApiDocument document, JsonElement schema) =>
        document.Resolve(schema).Schema.GetProperty("properties").GetProperty("data");

    private static IEnumerable<string> Parameters(Recorder.Exchange exchange) =>
        exchange
            .Uri.Query.TrimStart('?')
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=')[0]);
}
