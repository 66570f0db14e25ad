using System.Text.Json.Serialization;

namespace Argus.Web.Http;

/// <summary>Whether the service works, as the API says it.</summary>
/// <param name="Status"><c>ok</c>, or what is wrong in words.</param>
/// <param name="Queued">The number of analyses that wait; left out where the database does not answer.</param>
/// <param name="Running">The number of analyses that a worker holds; left out like the other.</param>
internal sealed record HealthAnswer(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Queued = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Running = null
);
