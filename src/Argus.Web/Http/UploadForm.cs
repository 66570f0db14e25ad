using System.Text;
using Argus.Web.Queue;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Argus.Web.Http;

/// <summary>The form of an upload, for the API's description.</summary>
/// <param name="File">The video or picture.</param>
internal sealed record UploadForm([property: FromForm(Name = "file")] IFormFile File);

/// <summary>A file of a form.</summary>
/// <param name="Name">The name to show. It is never a path, and never empty.</param>
/// <param name="Body">The bytes as they arrive.</param>
internal sealed record UploadedFile(string Name, Stream Body);

/// <summary>Reads the files of a multipart form one after the other, without keeping the form in memory.</summary>
internal sealed class UploadFormReader
{
    /// <summary>The sentence that tells a client how to send a video.</summary>
    public const string HowToSend = "Send the video as a form: curl -F file=@clip.mp4 URL.";

    // The form's reader gives its errors this number (COR_E_IO); errors of files have the number of their system.
    private const int FormError = unchecked((int)0x80131620);
    private const int LongestName = 200;
    private const int LongestBoundary = 70; // RFC 2046
    private const string UnnamedFile = "video";

    private readonly MultipartReader sections;

    private UploadFormReader(MultipartReader sections) => this.sections = sections;

    /// <summary>Checks the headers of a request and makes a reader of its body.</summary>
    /// <param name="request">The request; nothing of its body was read.</param>
    /// <exception cref="RefusedUploadException">The body is compressed or no multipart form.</exception>
    public static UploadFormReader Create(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            throw new RefusedUploadException(
                StatusCodes.Status415UnsupportedMediaType,
                "Send the video as it is, without Content-Encoding."
            );
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= LongestBoundary } boundary
        )
            throw new RefusedUploadException(StatusCodes.Status415UnsupportedMediaType, HowToSend);
        return new UploadFormReader(new MultipartReader(boundary, request.Body));
    }

    /// <summary>
    /// Tells whether an exception says that the form ended too early. The client may also have cancelled the request.
    /// </summary>
    /// <param name="error">The exception that reading the form ended with.</param>
    public static bool IsTruncation(Exception error) =>
        error is IOException { HResult: FormError } and not BadHttpRequestException;

    /// <summary>Reads up to the next file of the form. What is left of the file before is skipped.</summary>
    /// <param name="cancel">Stops reading.</param>
    /// <returns>The file; null if the form holds no other.</returns>
    /// <exception cref="InvalidDataException">The form is broken.</exception>
    public async Task<UploadedFile?> ReadNextFileAsync(CancellationToken cancel)
    {
        while (await sections.ReadNextSectionAsync(cancel) is { } section)
        {
            if (section.GetContentDispositionHeader() is not { } disposition)
                continue;
            // The framework's header takes for granted that a parameter has one.
            if (disposition.Parameters.Any(parameter => !parameter.Value.HasValue))
                throw new InvalidDataException("A parameter of the form has no value.");
            if (disposition.IsFileDisposition())
                return new UploadedFile(ParseName(disposition), section.Body);
        }
        return null;
    }

    // Browsers and curl escape these three in a form's names and nothing else, not even the percent sign (WHATWG HTML,
    // multipart form data).
    private static string UnescapeName(string name) =>
        name.Replace("%22", "\"", StringComparison.Ordinal)
            .Replace("%0D", "\r", StringComparison.Ordinal)
            .Replace("%0A", "\n", StringComparison.Ordinal);

    private static string ParseName(ContentDispositionHeaderValue disposition) =>
        CleanName(
            disposition.FileNameStar.HasValue
                ? disposition.FileNameStar.Value!
                : UnescapeName(HeaderUtilities.RemoveQuotes(disposition.FileName).Value ?? "")
        );

    /// <summary>
    /// Drops folders and control characters of a name, and what is longer than anybody wants to read.
    /// </summary>
    /// <param name="path">As somebody else gave it.</param>
    /// <returns>A name to show; never empty.</returns>
    public static string CleanName(string path)
    {
        var runes = path.Split('/', '\\')[^1].EnumerateRunes().Where(rune => !Rune.IsControl(rune)).Take(LongestName);
        var name = string.Concat(runes).Trim();
        return name.Length > 0 ? name : UnnamedFile;
    }
}
