namespace Argus.Recipes;

/// <summary>A value as written and where it was written.</summary>
/// <param name="Text">The scalar; empty for a list.</param>
/// <param name="Items">The list's elements; null for a scalar.</param>
/// <param name="Origin">For example <c>stages/stage2_celebdf.yaml:14</c> or <c>command line</c>.</param>
public sealed record RecipeValue(string Text, IReadOnlyList<string>? Items, string Origin)
{
    /// <summary>The scalar, or the list in brackets.</summary>
    public override string ToString() => Items is null ? Text : $"[{string.Join(", ", Items)}]";
}
