using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Argus.Web.Queue;

/// <summary>What happened to a file, a result or a key.</summary>
public enum AuditEvent
{
    /// <summary>A file arrived whole and was taken.</summary>
    Accepted,

    /// <summary>Its analysis ended with a verdict.</summary>
    Done,

    /// <summary>Its analysis ended without one.</summary>
    Failed,

    /// <summary>Its report was given out.</summary>
    ReportRead,

    /// <summary>Its original was given out, with the hash that it came with.</summary>
    OriginalRead,

    /// <summary>Its original was asked for and had another hash, or was gone.</summary>
    SealBroken,

    /// <summary>File and result were deleted on request.</summary>
    Deleted,

    /// <summary>File and result were deleted because they had been kept long enough.</summary>
    Expired,

    /// <summary>A webhook was told of its end, and said that it knows now.</summary>
    WebhookDelivered,

    /// <summary>A webhook could not be told of its end.</summary>
    WebhookGivenUp,

    /// <summary>A key was made.</summary>
    KeyAdded,

    /// <summary>A key was taken back.</summary>
    KeyRemoved,
}

/// <summary>
/// A line of the audit log. Its hash covers everything else in it, the hash of the line before among it, so that no
/// line can be changed, taken out or put in without changing all that follow.
/// </summary>
/// <param name="Sequence">From 1, without gaps.</param>
/// <param name="At">When, in milliseconds since 1970, UTC, by the database's clock.</param>
/// <param name="Actor">
/// Who: <c>key:NAME</c>; <c>anybody</c> where the service asks for no key; <c>service</c> for what it does by itself;
/// <c>operator</c> for its command line.
/// </param>
/// <param name="Event">What.</param>
/// <param name="Analysis">The id of the analysis; null for keys.</param>
/// <param name="FileSha256">SHA-256 of the file; null for keys.</param>
/// <param name="Details">Name of the file, verdict and hash of the result, reason or name of the key.</param>
/// <param name="Previous">The hash of the line before; 64 zeros in the first.</param>
public sealed record AuditEntry(
    long Sequence,
    long At,
    string Actor,
    AuditEvent Event,
    string? Analysis,
    string? FileSha256,
    string Details,
    string Previous
)
{
    /// <summary>What stands for the hash before the first line.</summary>
    public static string Start { get; } = new('0', 64);

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = false,
    };

    /// <summary>SHA-256 of the line's JSON without this member, in UTF-8.</summary>
    public string? Hash { get; init; }

    /// <summary>The same line with the hash that it must have.</summary>
    public AuditEntry Seal()
    {
        var text = JsonSerializer.Serialize(this with { Hash = null }, Json);
        return this with { Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))) };
    }

    /// <summary>As a line of the exported log.</summary>
    public string ToLine() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads such a line.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static AuditEntry Parse(string line) =>
        JsonSerializer.Deserialize<AuditEntry>(line, Json) ?? throw new JsonException("it is empty");
}

/// <summary>What an entry is to say; its place in the chain is given to it when it is written.</summary>
/// <param name="Actor">Who.</param>
/// <param name="Event">What.</param>
/// <param name="Analysis">The id of the analysis; null for keys.</param>
/// <param name="FileSha256">SHA-256 of the file; null for keys.</param>
/// <param name="Details">What else.</param>
internal sealed record AuditNote(string Actor, AuditEvent Event, string? Analysis, string? FileSha256, string Details)
{
    /// <summary>What the service does by itself.</summary>
    public const string Service = "service";

    /// <summary>What is done on the service's command line.</summary>
    public const string Operator = "operator";

    /// <summary>The holder of a key, or anybody where none is asked for.</summary>
    public static string ActorOf(string? owner) => owner is null ? "anybody" : $"key:{owner}";

    /// <summary>A note on an analysis.</summary>
    public static AuditNote Create(string actor, AuditEvent what, AnalysisRow row, string details) =>
        new(actor, what, row.Id, row.Sha256, details);
}
