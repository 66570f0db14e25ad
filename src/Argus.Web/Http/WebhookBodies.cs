using System.Text.Json;
using Argus.Detection;
using Argus.Web.Queue;

namespace Argus.Web.Http;

/// <summary>What webhooks are told: the answer that the API gives at that moment.</summary>
internal static class WebhookBodies
{
    /// <summary>The body of a message, which is the same in all its attempts.</summary>
    /// <param name="store">The analyses.</param>
    /// <param name="row">The message.</param>
    /// <returns>JSON in UTF-8, without pictures; null if what it tells of is no longer there.</returns>
    public static async Task<byte[]?> CreateAsync(AnalysisStore store, DeliveryRow row)
    {
        if (await store.FindAsync(row.Analysis!, owner: null, result: true) is not { } analysis)
            return null;
        return JsonSerializer.SerializeToUtf8Bytes(AnalysisAnswer.Create(analysis), DetectionReport.Json);
    }
}
