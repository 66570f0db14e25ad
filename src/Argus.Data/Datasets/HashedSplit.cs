namespace Argus.Data.Datasets;

/// <summary>
/// Sides of a split that nobody stated. What belongs together (a person, a group, a fake and its original) goes to one
/// side, which a hash decides: it stays where it is when files come or go.
/// </summary>
internal static class HashedSplit
{
    private sealed class Component(string first)
    {
        public List<VideoItem> Items { get; } = [];
        public string First { get; } = first;
        public double Place { get; set; }
        public Split Side { get; set; }

        public bool Has(int label) => Items.Any(item => item.Label == label);
    }

    /// <summary>The items with their sides.</summary>
    /// <param name="purpose">Part of the hash.</param>
    /// <param name="items">Their own sides are not looked at.</param>
    /// <param name="validation">Share of what belongs together that is for validation.</param>
    /// <param name="test">Share for test; 0: none.</param>
    public static IReadOnlyList<VideoItem> Divide(
        string purpose,
        IReadOnlyList<VideoItem> items,
        double validation,
        double test
    )
    {
        var components = Join(items);
        foreach (var component in components)
        {
            component.Place = KeyedRandom.Create(purpose, component.First).NextDouble();
            component.Side =
                component.Place < test ? Split.Test
                : component.Place < test + validation ? Split.Validation
                : Split.Train;
        }
        foreach (
            var side in test > 0 ? new[] { Split.Train, Split.Validation, Split.Test } : [Split.Train, Split.Validation]
        )
        {
            foreach (var label in new[] { 0, 1 })
                Fill(components, side, label);
        }
        // Two files of one name may have one key; the layout leaves all but the first out.
        var sides = components
            .SelectMany(component => component.Items.Select(item => (item.Key, component.Side)))
            .DistinctBy(entry => entry.Key)
            .ToDictionary(entry => entry.Key, entry => entry.Side);
        return [.. items.Select(item => item with { Split = sides[item.Key] })];
    }

    /// <summary>How many parts there are that could go to different sides.</summary>
    public static int CountParts(IReadOnlyList<VideoItem> items) => Join(items).Count;

    // A side that got none of a class takes what is nearest to it by hash, where the giver keeps both of its classes.
    private static void Fill(List<Component> components, Split side, int label)
    {
        if (components.Any(component => component.Side == side && component.Has(label)))
            return;
        var given = components
            .Where(component =>
                component.Has(label)
                && new[] { 0, 1 }
                    .Where(component.Has)
                    .All(kept => components.Count(other => other.Side == component.Side && other.Has(kept)) > 1)
            )
            .MinBy(component => component.Place);
        if (given is not null)
            given.Side = side;
    }

    // What shares a person, a group, or is the other's original, by the first of their names.
    private static List<Component> Join(IReadOnlyList<VideoItem> items)
    {
        var components = new Dictionary<string, Component>();
        foreach (var names in NameGroups.Connect(items.Select(Names)))
        {
            var component = new Component(names[0]);
            foreach (var name in names)
                components[name] = component;
        }
        foreach (var item in items)
            components[Names(item)[0]].Items.Add(item);
        return [.. components.Values.Distinct().OrderBy(component => component.First, StringComparer.Ordinal)];
    }

    private static List<string> Names(VideoItem item) =>
        [
            $"file {item.Path}",
            $"group {item.Group}",
            .. item.Identities.Select(person => $"person {person}"),
            .. item.Original is { } original ? [$"file {original}"] : Array.Empty<string>(),
        ];
}
