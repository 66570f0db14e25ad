using System.Text.Json.Serialization;

namespace Argus.Client;

/// <summary>Whether a service works, and how much waits.</summary>
/// <param name="Status"><c>ok</c>, or what is wrong in words.</param>
/// <param name="Queued">The number of videos that wait; null where the service cannot say.</param>
/// <param name="Running">The number of videos that are being analysed; null where the service cannot say.</param>
public sealed record ServiceHealth(string Status, int? Queued = null, int? Running = null)
{
    /// <summary>Whether the service takes videos and answers.</summary>
    [JsonIgnore]
    public bool IsOk => Status == "ok";
}
