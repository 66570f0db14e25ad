namespace Argus.Client;

/// <summary>Whether a file's content is what its manifest was made for.</summary>
public enum ContentBinding
{
    /// <summary>A word that this version of the client does not know.</summary>
    Unknown,

    /// <summary>The content has the hash that the manifest names.</summary>
    Holds,

    /// <summary>It has another: it was changed after the manifest was made.</summary>
    Broken,

    /// <summary>Nobody can say; <see cref="ProvenanceManifest.BindingReason"/> says why.</summary>
    NotChecked,
}
