namespace Argus.Provenance;

/// <summary>Whether a file's content is what its manifest was made for.</summary>
public enum ContentBinding
{
    /// <summary>The content has the hash that the manifest names.</summary>
    Holds,

    /// <summary>It has another: it was changed after the manifest was made.</summary>
    Broken,

    /// <summary>Nobody can say; the reason is given.</summary>
    NotChecked,
}

/// <summary>Something that was done, as the manifest says.</summary>
/// <param name="Name">Such as <c>c2pa.created</c>.</param>
/// <param name="SoftwareAgent">By what; null where it does not say.</param>
/// <param name="DigitalSourceType">
/// What came of it: a term of IPTC's vocabulary, as an address; null where it does not say.
/// </param>
public sealed record ProvenanceAction(string Name, string? SoftwareAgent, string? DigitalSourceType);

/// <summary>
/// What a file's C2PA manifest says of its origin (C2PA Technical Specification 2.2): the maker's own words, whose
/// signature is not judged here.
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
    // IPTC's terms for what generative models make or help to make.
    private static readonly string[] MadeByModels =
    [
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "compositeSynthetic",
    ];

    /// <summary>Whether its maker says that a generative model made it or a part of it.</summary>
    public bool SaysMadeByAi => DigitalSourceTypes.Any(type => MadeByModels.Contains(Term(type)));

    /// <summary>What it says, in sentences without capital letters and full stops.</summary>
    public IReadOnlyList<string> Sentences
    {
        get
        {
            var terms = string.Join(", ", DigitalSourceTypes.Select(Term));
            var maker = ClaimGenerator.Length > 0 ? ClaimGenerator : "a program that it does not name";
            var done = Actions.Count > 0 ? $": {string.Join(", ", Actions.Select(action => action.Name))}" : "";
            return
            [
                .. SaysMadeByAi ? [$"made by AI, wholly or in part, says its maker ({terms})"] : Array.Empty<string>(),
                $"it carries a C2PA manifest, written by {maker}{done}",
                Binding switch
                {
                    ContentBinding.Holds => "its content is what the manifest was made for",
                    ContentBinding.Broken => "its content was changed after the manifest was made",
                    _ => $"whether its content is what the manifest was made for was not checked: {BindingReason}",
                },
                .. Problems,
                "signatures and trust were not judged: whoever can write a file can write such a manifest",
            ];
        }
    }

    private static string Term(string address) => address[(address.LastIndexOf('/') + 1)..];
}
