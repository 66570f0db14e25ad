using System.Globalization;
using System.Text.Json;
using Argus.Detection;
using ModelContextProtocol.Protocol;

namespace Argus.Web.Mcp;

/// <summary>What the tools answer: sentences for a language model, and the same as JSON for a program.</summary>
internal static class McpAnswer
{
    /// <summary>What was found, in short.</summary>
    /// <param name="id">What <c>get_report</c> is asked with.</param>
    /// <param name="analysis">The whole answer.</param>
    public static CallToolResult CreateSummary(string id, Analysis analysis)
    {
        string[] lines =
        [
            $"{analysis.Video}: {Describe(analysis)}",
            .. analysis.Evidence,
            .. analysis.Faces.SelectMany(face => face.OutsideScope).Distinct().Select(why => $"outside scope: {why}"),
            .. analysis.Remarks,
            .. analysis.Limits.Select(limit => $"limit: {limit}"),
            $"The id of this analysis is {id}; get_report tells all of it.",
        ];
        return Create(
            string.Join('\n', lines),
            new
            {
                Id = id,
                analysis.Video,
                analysis.Verdict,
                analysis.Probability,
                analysis.Interval,
                analysis.LikelihoodRatio,
                Faces = analysis.Faces.Count,
                analysis.DurationSeconds,
                analysis.Input?.Sha256,
                analysis.Evidence,
                analysis.Limits,
            }
        );
    }

    /// <summary>All that was found but pictures, as <c>docs/analysis.schema.json</c> describes it.</summary>
    public static CallToolResult CreateReport(Analysis analysis) => Create(analysis);

    /// <summary>Who judges: the council's members, and what no answer covers.</summary>
    public static CallToolResult CreateModels(Detector detector) =>
        Create(
            new
            {
                detector.Models.Path,
                Members = detector.Models.Council.Members.Select(member => new
                {
                    member.Name,
                    detector.Models.Specialists[member.Name].LooksFor,
                    member.Weight,
                    Sha256 = detector.Models.Hashes[ModelsFolder.FileOf(member.Name)],
                }),
                Scope = detector.Models.Scope?.Data,
                detector.Limits,
            }
        );

    /// <summary>Why there is no answer, as a tool's error that a language model reads.</summary>
    public static CallToolResult Refuse(string why) =>
        new() { IsError = true, Content = [new TextContentBlock { Text = why }] };

    private static CallToolResult Create(object all) =>
        Create(JsonSerializer.Serialize(all, DetectionReport.Json), all);

    private static CallToolResult Create(string text, object structure) =>
        new()
        {
            Content = [new TextContentBlock { Text = text }],
            StructuredContent = JsonSerializer.SerializeToElement(structure, DetectionReport.Json),
        };

    private static string Describe(Analysis analysis)
    {
        var verdict = JsonNamingPolicy.SnakeCaseLower.ConvertName($"{analysis.Verdict}").Replace('_', ' ');
        string Percent(double share) => (100 * share).ToString("0", CultureInfo.InvariantCulture) + "%";
        if (analysis.Probability is not { } probability)
            return verdict;
        return analysis.Interval is { } interval
            ? $"{verdict}, P(fake) {Percent(probability)} ({Percent(interval.Low)} to {Percent(interval.High)})"
            : $"{verdict}, P(fake) {Percent(probability)}";
    }
}
