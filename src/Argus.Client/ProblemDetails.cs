namespace Argus.Client;

/// <summary>Why a request was refused (RFC 9457).</summary>
/// <param name="Title">The kind of problem, in words.</param>
/// <param name="Detail">What to do, in a sentence.</param>
/// <param name="Errors">By the name of a parameter what is wrong with it.</param>
internal sealed record ProblemDetails(
    string? Title = null,
    string? Detail = null,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors = null
)
{
    /// <summary>All that it says, in a line; null if it says nothing.</summary>
    public string? Text =>
        Detail
        ?? (
            Errors is { Count: > 0 }
                ? string.Join(" ", Errors.Select(error => $"{error.Key}: {string.Join(" ", error.Value)}"))
                : Title
        );
}
