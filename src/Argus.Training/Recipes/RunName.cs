using Argus.Recipes;

namespace Argus.Training.Recipes;

/// <summary>Specialist and stage: <c>rr/2</c>, long <c>rr_stage2_celebdf</c>.</summary>
public sealed record RunName(string Specialist, int Stage, string StageFile)
{
    public string ShortName => $"{Specialist}/{Stage}";
    public string LongName => $"{Specialist}_{StageFile}";
}

/// <summary>A recipe with the origin of each of its values, by dotted key.</summary>
public sealed record MergedRecipe(
    RunName Run,
    string Profile,
    Recipe Recipe,
    IReadOnlyDictionary<string, RecipeValue> Values
)
{
    /// <summary>The whole recipe as YAML; loading it again gives the same recipe.</summary>
    public string ToYaml(bool withOrigins = false) => RecipeText.Write(Values, withOrigins);
}
