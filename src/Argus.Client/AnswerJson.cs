using System.Text.Json.Serialization;

namespace Argus.Client;

/// <summary>
/// How the service's JSON becomes records, without reflection. What a newer service adds is passed over; an answer that
/// lacks what every service gives is an error.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [
        typeof(WordConverter<AnalysisState>),
        typeof(WordConverter<Verdict>),
        typeof(WordConverter<ContentBinding>),
        typeof(WordConverter<BatchState>),
        typeof(WordConverter<WebhookState>),
    ]
)]
[JsonSerializable(typeof(Analysis))]
[JsonSerializable(typeof(IReadOnlyList<Analysis>))]
[JsonSerializable(typeof(Batch))]
[JsonSerializable(typeof(SingleAddress))]
[JsonSerializable(typeof(AddressList))]
[JsonSerializable(typeof(ServiceHealth))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class AnswerJson : JsonSerializerContext;
