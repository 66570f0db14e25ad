using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Argus.Web.Tests.Clients;

/// <summary>The service's own description of its API (OpenAPI).</summary>
internal sealed class ApiDocument
{
    private readonly JsonElement root;

    /// <param name="root">The document.</param>
    public ApiDocument(JsonElement root)
    {
        this.root = root;
        Operations =
        [
            .. from path in root.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            select Operation.Create(path.Name, operation.Name, operation.Value),
        ];
    }

    public IReadOnlyList<Operation> Operations { get; }

    public Operation Find(string id) => Operations.Single(operation => operation.Id == id);

    /// <summary>The schema that a reference stands for, and whether null may stand in its place.</summary>
    public (JsonElement Schema, bool MayBeNull) Resolve(JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var name = reference.GetString()!.Split('/')[^1];
            return Resolve(root.GetProperty("components").GetProperty("schemas").GetProperty(name));
        }
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            var other = choices.EnumerateArray().Single(choice => !Types(choice).Contains("null"));
            return (Resolve(other).Schema, true);
        }
        return (schema, Types(schema).Contains("null"));
    }

    /// <summary>The types that a schema names; none for an enum.</summary>
    public static IReadOnlyList<string> Types(JsonElement schema) =>
        !schema.TryGetProperty("type", out var type) ? []
        : type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(one => one.GetString()!)]
        : [type.GetString()!];

    /// <summary>The names that must be there.</summary>
    public static IReadOnlyList<string> Required(JsonElement schema) =>
        schema.TryGetProperty("required", out var names)
            ? [.. names.EnumerateArray().Select(name => name.GetString()!)]
            : [];

    /// <summary>A method of a path.</summary>
    /// <param name="Id">Its name.</param>
    /// <param name="Method">In upper case.</param>
    /// <param name="Path">With parameters in braces.</param>
    /// <param name="QueryParameters">Their names.</param>
    /// <param name="Answers">By status the schemas by media types.</param>
    public sealed record Operation(
        string Id,
        string Method,
        string Path,
        IReadOnlyList<string> QueryParameters,
        IReadOnlyDictionary<HttpStatusCode, Dictionary<string, JsonElement>> Answers
    )
    {
        public static Operation Create(string path, string method, JsonElement operation) =>
            new(
                operation.GetProperty("operationId").GetString()!,
                method.ToUpperInvariant(),
                path,
                operation.TryGetProperty("parameters", out var parameters)
                    ?
                    [
                        .. parameters
                            .EnumerateArray()
                            .Where(parameter => parameter.GetProperty("in").GetString() == "query")
                            .Select(parameter => parameter.GetProperty("name").GetString()!),
                    ]
                    : [],
                operation
                    .GetProperty("responses")
                    .EnumerateObject()
                    .ToDictionary(answer => (HttpStatusCode)int.Parse(answer.Name), answer => Schemas(answer.Value))
            );

        public bool IsOf(Recorder.Exchange exchange) =>
            exchange.Method.Method == Method
            && Regex.IsMatch(exchange.Uri.AbsolutePath, $"^{Regex.Replace(Path, @"\{\w+\}", "[^/]+")}$");

        /// <summary>Of the one status that is no refusal.</summary>
        public HttpStatusCode Success => Answers.Keys.Single(status => (int)status < 300);

        private static Dictionary<string, JsonElement> Schemas(JsonElement answer) =>
            answer.TryGetProperty("content", out var content)
                ? content.EnumerateObject().ToDictionary(type => type.Name, type => type.Value.GetProperty("schema"))
                : [];
    }
}
