using Argus.Web.Queue;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Argus.Web.Http;

/// <summary>Gives out the original of an analysis that kept it, if it still is what was sent.</summary>
internal static class OriginalEndpoint
{
    /// <summary>Adds the endpoint to the API.</summary>
    /// <param name="analyses">The group of analyses.</param>
    public static void Map(RouteGroupBuilder analyses) =>
        analyses
            .MapGet("/{id}/original", GetAsync)
            .WithName("getOriginal")
            .WithSummary("The file as it was sent, where it was to be kept")
            .WithDescription("It is given out only if it still has the SHA-256 that it came with.")
            .Produces<Stream>(200, "application/octet-stream")
            .ProducesProblem(404)
            .ProducesProblem(409);

    private static async Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> GetAsync(
        HttpContext http,
        AnalysisStore store,
        Uploads uploads,
        AuditLog log,
        string id,
        CancellationToken cancel
    )
    {
        var owner = Access.FindOwner(http);
        if (
            await store.FindAsync(id, owner) is not { KeepOriginal: true } row
            || row.State is AnalysisState.Queued or AnalysisState.Running
        )
            return TypedResults.Problem(
                "There is no such original: it was not to be kept, its analysis has not ended, or it was deleted.",
                statusCode: StatusCodes.Status404NotFound
            );
        var path = uploads.FindOriginal(id);
        var problem =
            !File.Exists(path) ? "it is gone"
            : await FileHash.Sha256Async(path, cancel) != row.Sha256 ? "it was changed: it has another hash"
            : null;
        await log.WriteAsync(
            AuditNote.Create(
                AuditNote.ActorOf(owner),
                problem is null ? AuditEvent.OriginalRead : AuditEvent.SealBroken,
                row,
                problem is null ? row.Name : $"{row.Name}: {problem}"
            )
        );
        return problem is null
            ? TypedResults.PhysicalFile(path, "application/octet-stream", row.Name)
            : TypedResults.Problem(
                $"The original is not given out: {problem}.",
                statusCode: StatusCodes.Status409Conflict
            );
    }
}
