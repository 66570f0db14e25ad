using System.Text.Json;
using Argus.Detection;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Argus.Web.Http;

/// <summary>Corrects the API's description where the framework describes what may be sent instead of answers.</summary>
internal static class AnswerSchemas
{
    /// <summary>Has the description of version 1 corrected.</summary>
    /// <param name="services">The services of the application.</param>
    public static void Add(IServiceCollection services) =>
        services.Configure<OpenApiOptions>("v1", api => api.AddSchemaTransformer(CorrectAsync));

    private static Task CorrectAsync(
        OpenApiSchema schema,
        OpenApiSchemaTransformerContext context,
        CancellationToken cancel
    )
    {
        // The framework would read numbers from strings; it writes none.
        if (schema.Type is { } type && (type & (JsonSchemaType.Number | JsonSchemaType.Integer)) != 0)
        {
            schema.Type = type & ~JsonSchemaType.String;
            schema.Pattern = null;
        }
        // A property that cannot be set is described as if it could be null.
        if (context.JsonPropertyInfo is { Set: null, AssociatedParameter: null, IsGetNullable: false })
            schema.Type &= ~JsonSchemaType.Null;
        // A property of an enum that may be null makes null a word of the enum itself.
        if (schema.Enum is { } words)
            schema.Enum = [.. words.Where(word => word?.GetValueKind() == JsonValueKind.String)];
        // An answer without pictures leaves them out.
        if (context.JsonTypeInfo.Type == typeof(Moment))
            schema.Required?.Remove("picture");
        return Task.CompletedTask;
    }
}
