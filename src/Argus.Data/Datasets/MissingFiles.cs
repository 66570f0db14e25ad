namespace Argus.Data.Datasets;

/// <summary>Says which of the files that a dataset lists are not on disk.</summary>
internal static class MissingFiles
{
    /// <summary>Nothing where none is missing; else one problem with their number and the first names.</summary>
    /// <param name="severity">How much it matters.</param>
    /// <param name="where">The list that names them.</param>
    /// <param name="listed">All that it names.</param>
    /// <param name="isThere">Whether one is on disk.</param>
    public static IEnumerable<DatasetProblem> Report(
        Severity severity,
        string where,
        IReadOnlyCollection<string> listed,
        Func<string, bool> isThere
    )
    {
        var missing = listed.Where(name => !isThere(name)).Order(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            yield return new(
                severity,
                where,
                $"{missing.Count} of {listed.Count} listed videos are not on disk: {FirstNames.Join(missing)}"
            );
    }
}
