using System.Reflection;

namespace Argus.Recipes;

/// <summary>Turns flat values into a <see cref="Recipe"/>, reporting everything that is wrong at once.</summary>
internal static class RecipeBinder
{
    /// <param name="unreadable">What was wrong with the files themselves.</param>
    /// <param name="problems">What was wrong with the command line; what is found here is added.</param>
    /// <exception cref="RequestException">Every problem, one a line: where, what, and the nearest valid key.</exception>
    public static Recipe Bind(
        IReadOnlyDictionary<string, RecipeValue> values,
        List<string> unreadable,
        List<string> problems
    )
    {
        // A file that is no YAML would make every key of it look missing.
        if (unreadable.Count > 0)
            throw new RequestException(string.Join(Environment.NewLine, unreadable));
        var parsed = new Dictionary<string, object?>();
        foreach (var (key, value) in values)
        {
            var known = RecipeSchema.Keys.FirstOrDefault(candidate => candidate.Key == key);
            if (known is null)
            {
                var nearest = Nearest.To(key, RecipeSchema.Keys.Select(k => k.Key)) ?? SameEnding(key);
                problems.Add(
                    $"{value.Origin}: there is no key '{key}'" + (nearest is null ? "" : $"; did you mean '{nearest}'?")
                );
                continue;
            }
            parsed[key] = known.Parse(value, out var problem);
            if (problem is not null)
                problems.Add($"{value.Origin}: {problem}");
        }
        problems.AddRange(
            RecipeSchema
                .Keys.Where(key => !values.ContainsKey(key.Key))
                .Select(key => $"the key '{key.Key}' has no value in any file")
        );
        if (problems.Count == 0)
            problems.AddRange(Contradictions(parsed, values));
        if (problems.Count > 0)
            throw new RequestException(string.Join(Environment.NewLine, problems));
        return (Recipe)Section(typeof(Recipe), "", parsed);
    }

    // Values that are fine alone but not together.
    private static IEnumerable<string> Contradictions(
        Dictionary<string, object?> parsed,
        IReadOnlyDictionary<string, RecipeValue> values
    )
    {
        string At(string key) => $"{values[key].Origin}: {key}";
        if (parsed["data.frame_range"] is double[] range && range[0] >= range[1])
            yield return $"{At("data.frame_range")} must rise, not {values["data.frame_range"]}";
        if (parsed["augment.blur_sigma"] is double[] sigma && sigma[0] > sigma[1])
            yield return $"{At("augment.blur_sigma")} must rise, not {values["augment.blur_sigma"]}";
        if (parsed["augment.blur_kernel"] is int kernel && kernel > 0 && kernel % 2 == 0)
            yield return $"{At("augment.blur_kernel")} must be odd or 0, not {kernel}";
        var face = (string)parsed["data.crop"]! == "face";
        if (!face && (string)parsed["model.views"]! == "own")
            yield return $"{At("model.views")}=own needs faces: data.crop=face; or model.views=rgb";
        if (!face && (double)parsed["forge.probability"]! > 0)
            yield return $"{At("forge.probability")} above 0 needs faces: data.crop=face";
        if (
            (string)parsed["model.views"]! == "own"
            && (string)parsed["specialist"]! is "cm" or "rr"
            && ((string)parsed["data.format"]! == "jpeg" || (int)parsed["data.largest_crop"]! > 0)
        )
            yield return $"{At("specialist")} {parsed["specialist"]} looks at the pixel grid, which data.format=jpeg and data.largest_crop destroy";
        if ((string)parsed["model.views"]! == "own" && (int)parsed["model.image_size"]! % 8 > 0)
            yield return $"{At("model.image_size")} must be a multiple of 8 for model.views=own";
        if ((int)parsed["start_from"]! >= (int)parsed["stage"]!)
            yield return $"{At("start_from")} must be an earlier stage than {parsed["stage"]}";
        if (parsed["data.chunks"] is int[] chunks && chunks.Distinct().Count() < chunks.Length)
            yield return $"{At("data.chunks")} names a chunk twice: {values["data.chunks"]}";
    }

    private static string? SameEnding(string key) =>
        RecipeSchema.Keys.Select(k => k.Key).FirstOrDefault(known => known.Split('.')[^1] == key.Split('.')[^1]);

    private static object Section(Type type, string prefix, Dictionary<string, object?> parsed)
    {
        var section = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            var key = prefix + RecipeSchema.SnakeCase(property.Name);
            property.SetValue(
                section,
                RecipeSchema.IsSection(property.PropertyType)
                    ? Section(property.PropertyType, key + ".", parsed)
                    : parsed[key]
            );
        }
        return section;
    }
}
