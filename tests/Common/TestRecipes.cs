using Argus.Recipes;

namespace Argus.Tests;

/// <summary>Recipes as the version before this layout wrote them, from text files beside this class.</summary>
internal static class TestRecipes
{
    /// <summary>Such as <c>Load("rr_4_smoke", "model.image_size=32")</c>.</summary>
    public static Recipe Load(string name, params IEnumerable<string> settings)
    {
        var values = new Dictionary<string, RecipeValue>(RecipeText.Read(Text(name), name));
        foreach (var setting in settings)
        {
            var key = setting.Split('=')[0];
            var text = setting.Split('=')[1];
            values[key] =
                text[0] == '['
                    ? new RecipeValue("", text[1..^1].Split(','), "test")
                    : new RecipeValue(text, null, "test");
        }
        return RecipeBinder.Bind(values, RecipeTables.Unknown, [], mayBeOlder: true);
    }

    public static string Text(string name)
    {
        using var stream = typeof(TestRecipes).Assembly.GetManifestResourceStream($"Recipes/{name}.yaml")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
