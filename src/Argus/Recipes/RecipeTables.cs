namespace Argus.Recipes;

/// <summary>
/// What the tables of specialists, backbones, dataset layouts and forgery kinds say of recipes. Those tables stand in
/// rooms that know recipes, so the rooms hand them over instead of being asked.
/// </summary>
/// <param name="Names">By a recipe's key, the names of the table's rows.</param>
/// <param name="Contradictions">
/// What the tables forbid in a recipe whose values are fine one by one: the key, and a sentence that goes on after the
/// key's name.
/// </param>
public sealed record RecipeTables(
    IReadOnlyDictionary<string, IReadOnlyList<string>> Names,
    Func<Recipe, IEnumerable<KeyValuePair<string, string>>> Contradictions
)
{
    /// <summary>
    /// No table at hand: any name is taken, as a model's own recipe is that was checked when it was trained.
    /// </summary>
    public static RecipeTables Unknown { get; } = new(new Dictionary<string, IReadOnlyList<string>>(), _ => []);
}
