using System.Text.Json;
using Argus.Detection;
using Argus.Web.Queue;

namespace Argus.Web.Http;

/// <summary>What webhooks are told: the answer that the API gives at that moment.</summary>
internal static class WebhookBodies
{
    /// <summary>The body of a message.</summary>
    /// <param name="analyses">The analyses.</param>
    /// <param name="batches">The batches.</param>
    /// <param name="row">The message.</param>
    /// <returns>JSON in UTF-8, without pictures; null if what it tells of is no longer there.</returns>
    public static async Task<byte[]?> CreateAsync(AnalysisStore analyses, BatchStore batches, DeliveryRow row) =>
        row.Analysis is { } analysis ? await CreateAsync(analyses, analysis)
        : row.Batch is { } batch ? await CreateAsync(batches, batch)
        : null;

    private static async Task<byte[]?> CreateAsync(AnalysisStore analyses, string id) =>
        await analyses.FindAsync(id, owner: null, result: true) is { } row
            ? JsonSerializer.SerializeToUtf8Bytes(AnalysisAnswer.Create(row), DetectionReport.Json)
            : null;

    private static async Task<byte[]?> CreateAsync(BatchStore batches, string id) =>
        await batches.FindAsync(id, owner: null) is { } row
            ? JsonSerializer.SerializeToUtf8Bytes(
                BatchAnswer.Create(row, await batches.ListAsync(id), webhook: null),
                DetectionReport.Json
            )
            : null;
}
