using Argus.Web.Queue;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Argus.Web.Http;

/// <summary>The form of a batch, for the API's description.</summary>
/// <param name="File">The videos and pictures.</param>
internal sealed record BatchForm([property: FromForm(Name = "file")] IFormFileCollection File);

/// <summary>Many files with one answer.</summary>
internal static class BatchEndpoints
{
    private const long BytesPerMegabyte = 1_000_000;

    /// <summary>Adds the endpoints to the API.</summary>
    /// <param name="api">The group of the API's version, which <see cref="Access.FilterAsync"/> guards.</param>
    public static void Map(RouteGroupBuilder api)
    {
        var options = ((IEndpointRouteBuilder)api).ServiceProvider.GetRequiredService<ServeOptions>();
        var batches = api.MapGroup("/batches").WithTags("Batches");
        batches
            .MapPost("", CreateAsync)
            .WithName("createBatch")
            .WithSummary("Send several videos, or their addresses")
            .RequireRateLimiting(Limits.Uploads)
            // A megabyte for what stands around each file.
            .WithMetadata(
                new RequestSizeLimitAttribute(BytesPerMegabyte * options.LargestBatch * (options.LargestMegabytes + 1))
            )
            .WithDescription(
                "multipart/form-data with several files in fields 'file', or application/json with their addresses in "
                    + "'urls', where the service was started with --fetch-host. Files that are refused are named with "
                    + "the reason and do not refuse the others. More files than --max-batch, or than the queue has "
                    + "room for, are refused as a whole. With keep_original=true the files are kept as long as the "
                    + "results, where the service was started with --keep-originals. "
                    + WebhookParameter.Description
            )
            .AcceptsFiles<BatchForm, UrlsRequest>();
        batches
            .MapGet("/{id}", GetAsync)
            .WithName("getBatch")
            .WithSummary("How far a batch is, with counts and its analyses in order")
            .ProducesProblem(404);
        batches
            .MapDelete("/{id}", DeleteAsync)
            .WithName("deleteBatch")
            .WithSummary("Forget all videos of a batch and their results, also in the middle of an analysis")
            .ProducesProblem(404);
    }

    private static Task<Results<AcceptedAtRoute<BatchAnswer>, ProblemHttpResult>> CreateAsync(
        HttpContext http,
        Intake intake,
        BatchIntake batches,
        CancellationToken cancel,
        [FromQuery(Name = "keep_original")] bool keepOriginal = false,
        string? webhook = null
    ) =>
        intake.AnswerAsync(
            http,
            async () =>
            {
                var answer = await batches.TakeAsync(http, keepOriginal, webhook, cancel);
                return TypedResults.AcceptedAtRoute(answer, "getBatch", new { id = answer.Id });
            },
            cancel
        );

    private static async Task<Results<Ok<BatchAnswer>, ProblemHttpResult>> GetAsync(
        HttpContext http,
        BatchStore batches,
        DeliveryStore deliveries,
        string id
    )
    {
        if (await batches.FindAsync(id, Access.FindOwner(http)) is not { } row)
            return NotFound();
        return TypedResults.Ok(BatchAnswer.Create(row, await batches.ListAsync(id), await deliveries.FindAsync(id)));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        HttpContext http,
        BatchStore batches,
        Uploads uploads,
        string id
    )
    {
        var deleted = await batches.DeleteAsync(id, Access.FindOwner(http));
        foreach (var analysis in deleted)
            uploads.Delete(analysis);
        return deleted.Count > 0 ? TypedResults.NoContent() : NotFound();
    }

    private static ProblemHttpResult NotFound() =>
        TypedResults.Problem("There is no such batch, or it was deleted.", statusCode: StatusCodes.Status404NotFound);
}
