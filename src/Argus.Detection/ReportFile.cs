using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Argus.Detection;

/// <summary>
/// An answer in a file that can be checked later, <c>NAME.argus.json</c>: the analysis, the SHA-256 of its text, and
/// the SHA-256 of the page beside it. A hash notices an accident; that nobody changed the file on purpose only a
/// signature tells (<see cref="ReportSignature"/>).
/// </summary>
/// <param name="Analysis">The answer, without its pictures.</param>
/// <param name="PageSha256">Of the page that was written with it; null for none.</param>
public sealed record ReportFile(Analysis Analysis, string? PageSha256)
{
    /// <summary>What its name ends with.</summary>
    public const string Extension = ".argus.json";

    private const string Format = "argus report";
    private const int Version = 1;

    private static readonly JsonSerializerOptions Indented = new(DetectionReport.Json) { WriteIndented = true };

    private sealed record Sealed(string Format, int Version, string Sha256, string? PageSha256, JsonElement Analysis);

    /// <summary>Writes it, whole or not at all. A signature under the report that was there before goes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="analysis">The answer.</param>
    /// <param name="page">The page that was written with it; null for none.</param>
    public static void Write(string path, Analysis analysis, string? page)
    {
        var content = JsonSerializer.SerializeToElement(analysis, DetectionReport.Json);
        var file = new Sealed(Format, Version, Hash(content), page is null ? null : HashText(page), content);
        File.Delete(path + ReportSignature.Extension);
        AtomicFile.Write(path, JsonSerializer.Serialize(file, Indented) + "\n");
    }

    /// <exception cref="RequestException">It is no report, or one of a later version.</exception>
    /// <exception cref="ArgusException">It was altered or damaged.</exception>
    public static ReportFile Read(string path)
    {
        if (!File.Exists(path))
            throw new RequestException($"There is no report {path}.");
        Sealed file;
        string hash;
        try
        {
            file =
                JsonSerializer.Deserialize<Sealed>(File.ReadAllText(path), DetectionReport.Json)
                ?? throw new JsonException("it is empty");
            // Half a surrogate pair is valid JSON, and no text to hash.
            hash = file.Analysis.ValueKind == JsonValueKind.Object ? Hash(file.Analysis) : "";
        }
        catch (JsonException error)
        {
            throw new ArgusException($"{path} is damaged, or no report of Argus: {error.Message}", error);
        }
        if (file.Format != Format)
            throw new RequestException(
                $"{path} is no report: 'argus detect VIDEO --report DIR' writes NAME{Extension} beside the page."
            );
        if (file.Version != Version)
            throw new RequestException(
                $"{path} is a report of version {file.Version}; this program reads version {Version}."
            );
        if (hash != file.Sha256 || hash.Length == 0)
            throw new ArgusException(
                $"{path} was altered after it was written: its content does not have the hash that it names."
            );
        try
        {
            return new ReportFile(
                file.Analysis.Deserialize<Analysis>(DetectionReport.Json) ?? throw new JsonException("it is empty"),
                file.PageSha256
            );
        }
        catch (JsonException error)
        {
            throw new ArgusException($"{path} holds an answer that is not understood: {error.Message}", error);
        }
    }

    /// <summary>Whether a page is the one that was written with it.</summary>
    public bool IsPage(string page) => HashText(page) == PageSha256;

    // Of the text without spaces, so that a file may be laid out anew.
    private static string Hash(JsonElement content) => HashText(JsonSerializer.Serialize(content));

    private static string HashText(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
