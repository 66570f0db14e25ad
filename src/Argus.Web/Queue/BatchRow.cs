using System.Text.Json;
using Argus.Detection;

namespace Argus.Web.Queue;

/// <summary>A file of a batch that was not taken.</summary>
/// <param name="Position">Its place among all that were sent, from 0.</param>
/// <param name="Name">Its name, or its address without what follows a question mark.</param>
/// <param name="Status">The HTTP status that it would have got alone.</param>
/// <param name="Reason">Why, as a sentence.</param>
internal sealed record RefusedFile(int Position, string Name, int Status, string Reason);

/// <summary>Files that were sent together. It is there as long as one of its analyses is.</summary>
internal sealed class BatchRow
{
    /// <summary>The identifier, a random GUID of 32 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The name of the key that it was sent with; null where no key is required.</summary>
    public string? Owner { get; init; }

    /// <summary>When it was accepted, in milliseconds since 1970, UTC.</summary>
    public long CreatedAt { get; init; }

    /// <summary>The files that were not taken, as JSON.</summary>
    public string Refused { get; init; } = "[]";

    /// <summary>Files that were not taken, as the database has them.</summary>
    public static string ToJson(IReadOnlyList<RefusedFile> refused) =>
        JsonSerializer.Serialize(refused, DetectionReport.Json);

    /// <summary>The files that were not taken, in the order in which they were sent.</summary>
    public IReadOnlyList<RefusedFile> ParseRefused() =>
        JsonSerializer.Deserialize<IReadOnlyList<RefusedFile>>(Refused, DetectionReport.Json)!;
}
