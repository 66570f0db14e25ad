using System.Buffers;
using System.Text.Json;
using Argus.Web.Queue;

namespace Argus.Web.Http;

/// <summary>The address of a video to fetch, for the API's description.</summary>
/// <param name="Url">With http or https.</param>
internal sealed record UrlRequest(string Url);

/// <summary>The addresses of videos to fetch, for the API's description.</summary>
/// <param name="Urls">Each with http or https.</param>
internal sealed record UrlsRequest(IReadOnlyList<string> Urls);

/// <summary>
/// Reads the addresses of a JSON body as it arrives, so that of a list that is too long only its beginning is read.
/// </summary>
internal sealed class UrlBody
{
    // The longest address with every character escaped, and what stands around it.
    private const int LongestToken = 16_384;

    private readonly string member;
    private readonly string example;
    private readonly bool isList;
    private readonly List<string> found = [];
    private JsonReaderState state;
    private Place place = Place.Start;

    private UrlBody(string member, bool isList)
    {
        this.member = member;
        this.isList = isList;
        example = isList
            ? $"Send {{\"{member}\": [\"https://media.example.org/clip.mp4\"]}}."
            : $"Send {{\"{member}\": \"https://media.example.org/clip.mp4\"}}.";
    }

    private enum Place
    {
        Start,
        Members,
        Value,
        List,
        End,
    }

    /// <summary>Tells whether a request says that its body is JSON.</summary>
    /// <param name="request">Any.</param>
    public static bool IsJson(HttpRequest request) => request.HasJsonContentType();

    /// <summary>Reads <c>{"url": "…"}</c>.</summary>
    /// <param name="request">Nothing of its body was read.</param>
    /// <param name="cancel">Stops reading.</param>
    /// <exception cref="RefusedUploadException">The body is something else.</exception>
    public static async Task<string> ReadOneAsync(HttpRequest request, CancellationToken cancel) =>
        (await new UrlBody("url", isList: false).ReadAsync(request, 1, cancel))[0];

    /// <summary>Reads <c>{"urls": ["…"]}</c>.</summary>
    /// <param name="request">Nothing of its body was read.</param>
    /// <param name="most">The number of addresses that there may be. At the next one reading ends.</param>
    /// <param name="cancel">Stops reading.</param>
    /// <returns>At least one.</returns>
    /// <exception cref="RefusedUploadException">There are more, or the body is something else.</exception>
    public static Task<IReadOnlyList<string>> ReadManyAsync(HttpRequest request, int most, CancellationToken cancel) =>
        new UrlBody("urls", isList: true).ReadAsync(request, most, cancel);

    /// <summary>The refusal of a batch of too many files.</summary>
    /// <param name="most">The number that there may be.</param>
    public static RefusedUploadException TooMany(int most) =>
        new(
            StatusCodes.Status413PayloadTooLarge,
            $"A batch may have {most} files; this one has more. Nothing of it was taken."
        );

    private async Task<IReadOnlyList<string>> ReadAsync(HttpRequest request, int most, CancellationToken cancel)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            throw new RefusedUploadException(
                StatusCodes.Status415UnsupportedMediaType,
                "Send the JSON as it is, without Content-Encoding."
            );
        var pipe = request.BodyReader;
        var isLast = false;
        while (!isLast)
        {
            var read = await pipe.ReadAsync(cancel);
            isLast = read.IsCompleted;
            var consumed = read.Buffer.Start;
            try
            {
                consumed = Parse(read.Buffer, isLast, most);
                if (read.Buffer.Slice(consumed).Length > LongestToken)
                    throw Broken();
            }
            finally
            {
                // The server reads on where a refused request stops.
                pipe.AdvanceTo(consumed, read.Buffer.End);
            }
        }
        return place == Place.End && found.Count > 0 ? found : throw Broken();
    }

    private SequencePosition Parse(ReadOnlySequence<byte> bytes, bool isLast, int most)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, isLast, state);
            while (reader.Read())
                Take(ref reader, most);
            state = reader.CurrentState;
            return reader.Position;
        }
        // A string that is no UTF-8, or half a character, is an InvalidOperationException.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw Broken();
        }
    }

    private void Take(ref Utf8JsonReader reader, int most)
    {
        place = (place, reader.TokenType) switch
        {
            (Place.Start, JsonTokenType.StartObject) => Place.Members,
            (Place.Members, JsonTokenType.PropertyName) when found.Count == 0 && reader.ValueTextEquals(member) =>
                Place.Value,
            (Place.Members, JsonTokenType.EndObject) => Place.End,
            (Place.Value, JsonTokenType.StartArray) when isList => Place.List,
            (Place.Value, JsonTokenType.String) when !isList => Add(reader.GetString()!, most, Place.Members),
            (Place.List, JsonTokenType.String) => Add(reader.GetString()!, most, Place.List),
            (Place.List, JsonTokenType.EndArray) => Place.Members,
            _ => throw Broken(),
        };
    }

    private Place Add(string url, int most, Place next)
    {
        if (found.Count == most)
            throw TooMany(most);
        found.Add(url);
        return next;
    }

    private RefusedUploadException Broken() =>
        new(StatusCodes.Status400BadRequest, $"The body is not what this address takes. {example}");
}
