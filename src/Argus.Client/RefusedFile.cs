namespace Argus.Client;

/// <summary>A file of a batch that was not taken.</summary>
/// <param name="Position">Its place among all that were sent, from 0.</param>
/// <param name="Name">Its name, or its address without what follows a question mark.</param>
/// <param name="Status">The HTTP status that it would have got alone.</param>
/// <param name="Reason">Why, as a sentence.</param>
public sealed record RefusedFile(int Position, string Name, int Status, string Reason);
