using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Argus.Web.Http;

/// <summary>Takes a video, sent or by its address: checks it, keeps it and puts it into the queue.</summary>
internal static class UploadEndpoint
{
    /// <summary>Adds the endpoint to the API.</summary>
    /// <param name="analyses">The group of analyses.</param>
    public static void Map(RouteGroupBuilder analyses) =>
        analyses
            .MapPost("", CreateAsync)
            .WithName("createAnalysis")
            .WithSummary("Send a video, or its address")
            .RequireRateLimiting(Limits.Uploads)
            .WithDescription(
                "multipart/form-data with one file in the field 'file', or application/json with the address of one in "
                    + "'url', where the service was started with --fetch-host. It is taken when the answer is 202: "
                    + "from then on it is looked at, whatever happens to the service. With keep_original=true the file "
                    + "is kept as long as the result, where the service was started with --keep-originals. "
                    + WebhookParameter.Description
            )
            .AcceptsFiles<UploadForm, UrlRequest>()
            .ProducesProblem(504);

    private static Task<Results<AcceptedAtRoute<AnalysisAnswer>, ProblemHttpResult>> CreateAsync(
        HttpContext http,
        Intake intake,
        CancellationToken cancel,
        [FromQuery(Name = "keep_original")] bool keepOriginal = false,
        string? webhook = null
    ) =>
        intake.AnswerAsync(
            http,
            async () =>
            {
                var answer = await intake.TakeOneAsync(http, keepOriginal, webhook, cancel);
                return TypedResults.AcceptedAtRoute(answer, "getAnalysis", new { id = answer.Id });
            },
            cancel
        );
}
