using System.Reflection;

namespace Argus.Recipes;

/// <summary>Turns flat values into a <see cref="Recipe"/>, reporting everything that is wrong at once.</summary>
public static class RecipeBinder
{
    /// <summary>The recipe that the values say.</summary>
    /// <param name="values">By dotted key.</param>
    /// <param name="tables">What the names of tables may be.</param>
    /// <param name="problems">What was wrong already, with the command line for example; it is reported along.</param>
    /// <param name="mayBeOlder">Whether keys may be missing that earlier versions did not have.</param>
    /// <exception cref="RequestException">
    /// Every problem, one a line: where, what, and the nearest valid key.
    /// </exception>
    public static Recipe Bind(
        IReadOnlyDictionary<string, RecipeValue> values,
        RecipeTables tables,
        IEnumerable<string> problems,
        bool mayBeOlder
    )
    {
        var found = new List<string>(problems);
        var parsed = new Dictionary<string, object?>();
        foreach (var (key, value) in values)
        {
            if (RecipeSchema.Keys.FirstOrDefault(candidate => candidate.Key == key) is not { } known)
            {
                var nearest = Suggestions.Closest(key, RecipeSchema.Keys.Select(k => k.Key)) ?? SameEnding(key);
                var hint = nearest is null ? "" : $"; did you mean '{nearest}'?";
                found.Add($"{value.Origin}: there is no key '{key}'{hint}");
                continue;
            }
            parsed[key] = known.Parse(value, tables.Names.GetValueOrDefault(key), out var problem);
            if (problem is not null)
                found.Add($"{value.Origin}: {problem}");
        }
        foreach (var key in RecipeSchema.Keys.Where(key => !values.ContainsKey(key.Key)))
        {
            if (mayBeOlder && key.ValueOfOlderRecipes is { } value)
                parsed[key.Key] = value;
            else
                found.Add($"the key '{key.Key}' has no value in any file");
        }
        if (found.Count > 0)
            throw new RequestException(string.Join(Environment.NewLine, found));
        var recipe = (Recipe)CreateSection(typeof(Recipe), "", parsed);
        found.AddRange(
            Contradictions(recipe)
                .Concat(tables.Contradictions(recipe))
                .Select(contradiction => $"{At(contradiction.Key)} {contradiction.Value}")
        );
        return found.Count == 0 ? recipe : throw new RequestException(string.Join(Environment.NewLine, found));

        string At(string key) => values.TryGetValue(key, out var value) ? $"{value.Origin}: {key}" : key;
    }

    // Values that are fine alone but not together: the key, and what is wrong with it.
    private static IEnumerable<KeyValuePair<string, string>> Contradictions(Recipe recipe)
    {
        if (recipe.Data.FrameRange is [var from, var to] && from >= to)
            yield return new("data.frame_range", $"must rise, not [{from}, {to}]");
        if (recipe.Augment.BlurSigma is [var smallest, var largest] && smallest > largest)
            yield return new("augment.blur_sigma", $"must rise, not [{smallest}, {largest}]");
        if (recipe.Augment.BlurKernel is > 0 and var kernel && kernel % 2 == 0)
            yield return new("augment.blur_kernel", $"must be odd or 0, not {kernel}");
        if (recipe.Data.Crop != CropMode.Face && recipe.Model.Views == ViewSource.Own)
            yield return new("model.views", "own needs faces: data.crop=face; or model.views=rgb");
        if (recipe.Data.Crop != CropMode.Face && recipe.Forge.Probability > 0)
            yield return new("forge.probability", "above 0 needs faces: data.crop=face");
        if (recipe.Data.Crop != CropMode.Face && recipe.Augment.Cut > 0)
            yield return new("augment.cut", "above 0 needs faces: data.crop=face");
        if (recipe.Model.Views == ViewSource.Own && recipe.Model.ImageSize % 8 > 0)
            yield return new("model.image_size", "must be a multiple of 8 for model.views=own");
        if (recipe.Model.Projection % 8 > 0)
            yield return new("model.projection", $"must be a multiple of 8, not {recipe.Model.Projection}");
        if (recipe.StartFrom >= recipe.Stage)
            yield return new("start_from", $"must be an earlier stage than {recipe.Stage}");
        if (recipe.Data.Chunks.Distinct().Count() < recipe.Data.Chunks.Length)
            yield return new("data.chunks", $"names a chunk twice: [{string.Join(", ", recipe.Data.Chunks)}]");
    }

    private static string? SameEnding(string key) =>
        RecipeSchema.Keys.Select(k => k.Key).FirstOrDefault(known => known.Split('.')[^1] == key.Split('.')[^1]);

    private static object CreateSection(Type type, string prefix, Dictionary<string, object?> parsed)
    {
        var section = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            var key = prefix + RecipeSchema.SnakeCase(property.Name);
            var value = RecipeSchema.IsSection(property.PropertyType)
                ? CreateSection(property.PropertyType, key + ".", parsed)
                : parsed[key];
            property.SetValue(section, value);
        }
        return section;
    }
}
