namespace Argus.Client;

/// <summary>
/// What a file's C2PA manifest says of its origin (C2PA Technical Specification 2.2): the maker's own words, whose
/// signature is not judged.
/// </summary>
/// <param name="ClaimGenerator">What wrote the manifest; empty where it does not say.</param>
/// <param name="Title">The content's; null where it has none.</param>
/// <param name="Actions">What was done, in order.</param>
/// <param name="DigitalSourceTypes">
/// Terms of IPTC's vocabulary, as addresses, in this manifest and in those of its ingredients.
/// </param>
/// <param name="Ingredients">Titles of what it was made of.</param>
/// <param name="Manifests">Manifests in the file: this one and those of its ingredients.</param>
/// <param name="HasSignature">Whether a signature is there. Whose it is and whether it fits is not judged.</param>
/// <param name="Binding">Whether the content is what the manifest was made for.</param>
/// <param name="BindingReason">Why the binding is not checked, in words; empty where it is.</param>
/// <param name="Problems">What is damaged or altered, in words.</param>
public sealed record ProvenanceManifest(
    string ClaimGenerator,
    string? Title,
    IReadOnlyList<ProvenanceAction> Actions,
    IReadOnlyList<string> DigitalSourceTypes,
    IReadOnlyList<string> Ingredients,
    int Manifests,
    bool HasSignature,
    ContentBinding Binding,
    string BindingReason,
    IReadOnlyList<string> Problems
)
{
    /// <summary>Whether its maker says that a generative model made the content or a part of it.</summary>
    public bool SaysMadeByAi { get; init; }

    /// <summary>What it says, in sentences without capital letters and full stops.</summary>
    public IReadOnlyList<string> Sentences
    {
        get;
        init => field = value ?? [];
    } = [];
}
