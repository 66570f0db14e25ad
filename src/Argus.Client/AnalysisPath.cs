namespace Argus.Client;

/// <summary>The paths of analyses and of batches.</summary>
internal static class AnalysisPath
{
    /// <summary>The path of all analyses.</summary>
    public const string All = "v1/analyses";

    /// <summary>The path of all batches.</summary>
    public const string Batches = "v1/batches";

    /// <summary>Makes the path of an analysis.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="rest">What follows, such as <c>/report</c>.</param>
    /// <exception cref="ArgumentException">The id is empty.</exception>
    public static string Of(string id, string rest = "") => Below(All, id) + rest;

    /// <summary>Makes the path of a batch.</summary>
    /// <param name="id">Its id.</param>
    /// <exception cref="ArgumentException">The id is empty.</exception>
    public static string OfBatch(string id) => Below(Batches, id);

    /// <summary>Makes the path that something is sent to.</summary>
    /// <param name="all">Of analyses or of batches.</param>
    /// <param name="keepOriginal">Whether the service is to keep the files.</param>
    /// <param name="webhook">Whom it is to tell of the end; null for nobody.</param>
    public static string OfSending(string all, bool keepOriginal, Uri? webhook)
    {
        List<string> query = [];
        if (keepOriginal)
            query.Add("keep_original=true");
        if (webhook is not null)
            query.Add($"webhook={Uri.EscapeDataString(webhook.AbsoluteUri)}");
        return query.Count == 0 ? all : $"{all}?{string.Join('&', query)}";
    }

    private static string Below(string all, string id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return $"{all}/{Uri.EscapeDataString(id)}";
    }
}
