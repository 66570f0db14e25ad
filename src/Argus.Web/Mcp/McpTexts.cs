namespace Argus.Web.Mcp;

/// <summary>What language models are told of the tools; the same over every transport.</summary>
internal static class McpTexts
{
    public const string Instructions =
        "Argus judges whether faces in videos and pictures were altered or swapped. Say the verdict with its "
        + "probability, its interval and its limits; 'undecided' and 'outside scope' are answers, not failures. It "
        + "does not look for wholly generated pictures or cloned voices.";

    public const string Analyze = "analyze_video";
    public const string AnalyzeTitle = "Judge a video or picture";
    public const string AnalyzeText =
        "Says whether a face in it is forged: verdict (real, forged, undecided, outside_scope), probability with "
        + "interval, how strong the evidence is, and what the answer does not cover. Takes seconds to minutes.";

    public const string Report = "get_report";
    public const string ReportTitle = "All of an analysis";
    public const string ReportText =
        "Every face, specialist, clip and moment of an analysis, how the file is coded, and which models judged, as "
        + "JSON without pictures.";
    public const string ReportId = "The id that analyze_video gave.";

    public const string Models = "list_models";
    public const string ModelsTitle = "Who judges";
    public const string ModelsText = "The specialists that judge, what each looks for, and what they were made of.";
}
