namespace Argus.Data.Datasets;

/// <summary>Carves a share of videos such that no person is on both sides.</summary>
internal static class IdentitySplit
{
    /// <summary>
    /// People who appear together in a fake belong together; whole such groups go to the carved side in an order given
    /// by a hash, as long as they fit. Where one group is too large (in Celeb-DF nearly everybody is swapped with
    /// everybody), it is cut: people join the carved side by how many of their fakes lie within it, and fakes across
    /// the cut are dropped.
    /// </summary>
    /// <returns>For every kept video, by key: true on the carved side. Dropped videos are absent.</returns>
    public static Dictionary<string, bool> Carve(
        IReadOnlyList<VideoItem> items,
        double share,
        string purpose,
        out int dropped
    )
    {
        var target = (int)Math.Ceiling(items.Count * share);
        var carved = new HashSet<string>();
        var taken = 0;
        var groups = NameGroups
            .Connect(items.Select(item => item.Identities))
            .OrderBy(group => Order(purpose, group[0]))
            .ToList();
        var videosOf = items
            .GroupBy(item => item.Identities[0])
            .ToDictionary(group => group.Key, group => group.Count());
        var sizes = groups.ToDictionary(
            group => group,
            group => group.Sum(person => videosOf.GetValueOrDefault(person))
        );
        foreach (var group in groups)
        {
            if (taken >= target)
                break;
            if (sizes[group] > Math.Max(target - taken, target / 2))
                continue;
            carved.UnionWith(group);
            taken += sizes[group];
        }
        if (taken < target / 2.0)
            Cut(items, groups.MaxBy(group => sizes[group])!, purpose, target - taken, carved);

        var result = new Dictionary<string, bool>();
        foreach (var item in items)
        {
            var inside = item.Identities.Count(carved.Contains);
            if (inside == 0 || inside == item.Identities.Count)
                result[item.Key] = inside > 0;
        }
        dropped = items.Count - result.Count;
        return result;
    }

    private static ulong Order(string purpose, string person) => KeyedRandom.Key(purpose, person);

    private static void Cut(
        IReadOnlyList<VideoItem> items,
        List<string> group,
        string purpose,
        int target,
        HashSet<string> carved
    )
    {
        var within = items.Where(item => group.Contains(item.Identities[0])).ToList();
        var waiting = group.OrderBy(person => Order(purpose, person)).ToList();
        var side = new HashSet<string>();
        while (waiting.Count > 1 && within.Count(item => item.Identities.All(side.Contains)) < target)
        {
            var next = waiting.MaxBy(person =>
                within.Count(item =>
                    item.Identities.Contains(person)
                    && item.Identities.All(other => other == person || side.Contains(other))
                )
            )!;
            side.Add(next);
            waiting.Remove(next);
        }
        carved.UnionWith(side);
    }
}
