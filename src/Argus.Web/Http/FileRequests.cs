using Microsoft.OpenApi;

namespace Argus.Web.Http;

/// <summary>How requests that send files are described, one or many.</summary>
internal static class FileRequests
{
    private const string Json = "application/json";

    /// <summary>
    /// Describes a request that sends files as a form, or their addresses as JSON, and how it is refused.
    /// </summary>
    /// <typeparam name="TForm">The form.</typeparam>
    /// <typeparam name="TAddresses">The JSON.</typeparam>
    /// <param name="endpoint">What takes them.</param>
    public static RouteHandlerBuilder AcceptsFiles<TForm, TAddresses>(this RouteHandlerBuilder endpoint)
        where TForm : notnull =>
        endpoint
            .Accepts<TForm>("multipart/form-data", Json)
            .AddOpenApiOperationTransformer(
                async (operation, context, cancel) =>
                    operation.RequestBody!.Content![Json] = new OpenApiMediaType
                    {
                        Schema = await context.GetOrCreateSchemaAsync(typeof(TAddresses), null, cancel),
                    }
            )
            .ProducesProblem(400)
            .ProducesProblem(403)
            .ProducesProblem(413)
            .ProducesProblem(415)
            .ProducesProblem(422)
            .ProducesProblem(429)
            .ProducesProblem(503)
            .ProducesProblem(507);
}
