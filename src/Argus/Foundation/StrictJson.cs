using System.Text.Json;

namespace Argus;

/// <summary>JSON in which nothing is said twice: which of two values counts is nobody's guess.</summary>
internal static class StrictJson
{
    public static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false };
}
