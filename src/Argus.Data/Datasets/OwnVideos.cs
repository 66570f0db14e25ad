namespace Argus.Data.Datasets;

/// <summary>What people's own datasets have in common, however they are told: methods and sides of the split.</summary>
internal static class OwnVideos
{
    private const double TestShare = 0.15;

    /// <summary>The listing, with a side for every video.</summary>
    /// <param name="layout">Its row's name.</param>
    /// <param name="root">What paths are relative to.</param>
    /// <param name="items">All or none of them with a side.</param>
    /// <param name="options">What is wanted of them.</param>
    /// <param name="problems">What is known to be wrong.</param>
    /// <exception cref="RequestException">A method that is wanted does not occur.</exception>
    public static DatasetListing List(
        string layout,
        string root,
        IReadOnlyList<VideoItem> items,
        DatasetOptions options,
        IReadOnlyList<DatasetProblem> problems
    )
    {
        items = Choose(items, options.Methods ?? []);
        if (items.Count == 0)
            return new DatasetListing(layout, root, "none", [], problems);
        var purpose = options.Draw($"{layout}-split");
        if (items.All(item => item.Split is null))
        {
            var test = options.TestShare > 0 ? options.TestShare : TestShare;
            return new DatasetListing(
                layout,
                root,
                $"hash of person, group or file, about {Percent(1 - test - options.ValidationShare)} training, "
                    + $"{Percent(options.ValidationShare)} validation, {Percent(test)} test",
                HashedSplit.Divide(purpose, items, options.ValidationShare, test),
                problems
            );
        }
        var train = items.Where(item => item.Split == Split.Train).ToList();
        if (train.Count == 0 || items.Any(item => item.Split == Split.Validation))
            return new DatasetListing(layout, root, "as stated", items, problems);
        var divided = HashedSplit.Divide(purpose, train, options.ValidationShare, test: 0);
        return new DatasetListing(
            layout,
            root,
            $"as stated, but {Percent(options.ValidationShare)} of training for validation by a hash of person, group "
                + "or file",
            [.. divided, .. items.Where(item => item.Split != Split.Train)],
            problems
        );
    }

    /// <summary>The reals, and the fakes of these methods; all fakes where none is named.</summary>
    /// <exception cref="RequestException">A method that is wanted does not occur.</exception>
    public static IReadOnlyList<VideoItem> Choose(IReadOnlyList<VideoItem> items, IReadOnlyList<string> methods)
    {
        var known = items.Where(item => item.Label == 1).Select(item => item.Method).Distinct().ToList();
        if (methods.FirstOrDefault(method => !known.Contains(method, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            throw new RequestException(
                $"data.methods names {unknown}, which no fake is made by. "
                    + (known.Count == 0 ? "There is no fake." : $"Choose {Suggestions.OneOf(unknown, known)}.")
            );
        return methods.Count == 0
            ? items
            :
            [
                .. items.Where(item =>
                    item.Label == 0 || methods.Contains(item.Method, StringComparer.OrdinalIgnoreCase)
                ),
            ];
    }

    private static string Percent(double share) => FormattableString.Invariant($"{100 * share:0.#}%");
}
