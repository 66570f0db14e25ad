namespace Argus.Data.Datasets;

/// <summary>Names that belong together because they stand side by side, with any number of steps between.</summary>
internal static class NameGroups
{
    /// <summary>Connected components, in order of appearance; the names of each are ordered.</summary>
    /// <param name="together">Each list's names belong together; no list is empty.</param>
    public static List<List<string>> Connect(IEnumerable<IReadOnlyList<string>> together)
    {
        var parent = new Dictionary<string, string>();
        string Root(string name)
        {
            if (parent.TryAdd(name, name))
                return name;
            while (parent[name] != name)
                name = parent[name] = parent[parent[name]];
            return name;
        }
        foreach (var names in together)
        {
            var root = Root(names[0]);
            foreach (var other in names.Skip(1))
                parent[Root(other)] = root;
        }
        return [.. parent.Keys.ToList().GroupBy(Root).Select(group => group.Order(StringComparer.Ordinal).ToList())];
    }
}
