namespace Argus.Client;

/// <summary>Something that was done to the content, as its manifest says.</summary>
/// <param name="Name">Such as <c>c2pa.created</c>.</param>
/// <param name="SoftwareAgent">By what; null where it does not say.</param>
/// <param name="DigitalSourceType">
/// What came of it: a term of IPTC's vocabulary, as an address; null where it does not say.
/// </param>
public sealed record ProvenanceAction(string Name, string? SoftwareAgent, string? DigitalSourceType);
