namespace Argus.Client;

/// <summary>The paths of a single analysis.</summary>
internal static class AnalysisPath
{
    /// <summary>The path of all of them.</summary>
    public const string All = "v1/analyses";

    /// <summary>Makes the path of an analysis.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="rest">What follows, such as <c>/report</c>.</param>
    /// <exception cref="ArgumentException">The id is empty.</exception>
    public static string Of(string id, string rest = "")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return $"{All}/{Uri.EscapeDataString(id)}{rest}";
    }
}
