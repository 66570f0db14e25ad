using System.Buffers;
using System.Security.Cryptography;
using Argus.Clips;
using Argus.Video;

namespace Argus.Web.Queue;

/// <summary>A file that arrived whole. Its container was examined and nothing of it was decoded.</summary>
/// <param name="Id">The id of the future analysis, which is the file's name in the folder.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="Sha256">The SHA-256 of the file in lower-case hexadecimal digits.</param>
/// <param name="DurationSeconds">The length of the video in seconds; 0 for a still picture.</param>
internal sealed record Upload(string Id, long Bytes, string Sha256, double DurationSeconds);

/// <summary>
/// The folder of videos that wait for their analysis. Each file has the id of its analysis for a name and is deleted as
/// soon as there is an answer.
/// </summary>
internal sealed class Uploads
{
    private const string IncomingExtension = ".incoming";
    private const int BufferBytes = 1 << 16;
    private const int DiskFullError = 28; // ENOSPC

    private readonly ServeOptions options;
    private readonly ILogger<Uploads> log;
    private readonly string folder;
    private readonly string originals;

    /// <summary>Makes the folder for uploads if it is missing.</summary>
    /// <param name="options">The data folder, and the limits of uploads.</param>
    /// <param name="log">Where files that cannot be deleted are reported.</param>
    /// <exception cref="RequestException">The folder cannot be made.</exception>
    public Uploads(ServeOptions options, ILogger<Uploads> log)
    {
        this.options = options;
        this.log = log;
        folder = CreateFolder(options);
        originals = Path.Combine(options.Data, "originals");
    }

    /// <summary>Finds the folder where a service's uploads lie. It need not exist.</summary>
    /// <param name="options">The options of the service.</param>
    public static string FindFolder(ServeOptions options) => Path.Combine(options.Data, "videos");

    /// <summary>Makes the folder for uploads, and the data folder that it lies in, where they are missing.</summary>
    /// <param name="options">The options of the service.</param>
    /// <returns>The full path of the folder for uploads.</returns>
    /// <exception cref="RequestException">The folder cannot be made.</exception>
    public static string CreateFolder(ServeOptions options)
    {
        var folder = FindFolder(options);
        try
        {
            return Directory.CreateDirectory(folder).FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RequestException($"The folder {folder} cannot be made: {error.Message}");
        }
    }

    /// <summary>Finds the file of an upload. It need not exist.</summary>
    /// <param name="id">The id of its analysis.</param>
    public string FindPath(string id) => Path.Combine(folder, id);

    /// <summary>
    /// Writes a body to the disk as it arrives, and asks ffprobe what it is. An upload that is refused, is broken off
    /// or does not fit leaves no file behind.
    /// </summary>
    /// <param name="body">The bytes of the file.</param>
    /// <param name="cancel">Breaks the upload off.</param>
    /// <exception cref="RefusedUploadException">
    /// The file is empty, no video or picture, too large, too long, unreadable, or the disk is full.
    /// </exception>
    public async Task<Upload> ReceiveAsync(Stream body, CancellationToken cancel)
    {
        // The id must not be guessable: without keys it is all that separates two people's videos.
        var id = Guid.NewGuid().ToString("n");
        var partial = FindPath(id) + IncomingExtension;
        try
        {
            var (bytes, sha256) = await WriteAsync(body, partial, cancel);
            var seconds = await ReadDurationAsync(partial, cancel);
            File.Move(partial, FindPath(id));
            return new Upload(id, bytes, sha256, seconds);
        }
        catch (UnreadableVideoException error)
        {
            throw new RefusedUploadException(
                StatusCodes.Status422UnprocessableEntity,
                $"This cannot be judged: {error.Message}."
            );
        }
        // .NET turns the error of a limit on file sizes (EFBIG) into an ArgumentOutOfRangeException.
        catch (Exception error) when (error is IOException { HResult: DiskFullError } or ArgumentOutOfRangeException)
        {
            throw new RefusedUploadException(
                StatusCodes.Status507InsufficientStorage,
                "The service has no room for this video. Try again later."
            );
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Finds the original of an analysis that kept it. It need not exist.</summary>
    /// <param name="id">The id of its analysis.</param>
    public string FindOriginal(string id) => Path.Combine(originals, id);

    /// <summary>
    /// Ends an upload whose analysis has ended: its file is deleted, or kept as an original that can only be read.
    /// </summary>
    /// <param name="row">The analysis.</param>
    public void Finish(AnalysisRow row)
    {
        if (!row.KeepOriginal)
        {
            Delete(row.Id);
            return;
        }
        Try(
            FindPath(row.Id),
            path =>
            {
                Directory.CreateDirectory(originals);
                File.SetAttributes(path, FileAttributes.ReadOnly);
                File.Move(path, FindOriginal(row.Id));
            },
            "kept"
        );
    }

    /// <summary>
    /// Deletes the file of an upload, and its original, if they exist. A failure is logged and nothing is thrown.
    /// </summary>
    /// <param name="id">The id of its analysis.</param>
    public void Delete(string id)
    {
        foreach (var path in new[] { FindPath(id), FindOriginal(id) })
            Try(path, File.Delete, "deleted");
    }

    /// <summary>
    /// Says of the file of an upload that it still waits for its row, so that it does not look abandoned.
    /// </summary>
    /// <param name="id">The id of its future analysis.</param>
    public void Touch(string id) =>
        Try(FindPath(id), path => File.SetLastWriteTimeUtc(path, DateTime.UtcNow), "touched");

    private void Try(string path, Action<string> work, string verb)
    {
        try
        {
            work(path);
        }
        // Without originals there is no folder of them.
        catch (DirectoryNotFoundException) { }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("{Path} cannot be {Verb}: {Message}", path, verb, error.Message);
        }
    }

    /// <summary>
    /// Lists the names of files that were last written long ago. Among them are uploads that were broken off when the
    /// process ended, and uploads of deleted analyses.
    /// </summary>
    /// <param name="age">The least time since a file was written.</param>
    public IReadOnlyList<string> ListOlderThan(TimeSpan age)
    {
        var old = Directory
            .EnumerateFiles(folder)
            .Where(file => DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > age)
            .Select(file => Path.GetFileName(file));
        return [.. old];
    }

    private async Task<(long Bytes, string Sha256)> WriteAsync(Stream body, string path, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var headBytes = await body.ReadAtLeastAsync(
                buffer,
                FileSignature.Length,
                throwOnEndOfStream: false,
                cancel
            );
            CheckHead(buffer.AsSpan(0, headBytes));
            await using var file = new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    Options = FileOptions.Asynchronous,
                    BufferSize = 0,
                }
            );
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var total = 0L;
            for (var count = headBytes; count > 0; count = await body.ReadAsync(buffer, cancel))
            {
                total += count;
                if (total > options.LargestMegabytes * 1_000_000L)
                    throw TooLarge(options);
                hash.AppendData(buffer, 0, count);
                await file.WriteAsync(buffer.AsMemory(0, count), cancel);
            }
            file.Flush(flushToDisk: true);
            return (total, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The refusal of a file that is too large.</summary>
    /// <param name="options">The options of the service.</param>
    public static RefusedUploadException TooLarge(ServeOptions options) =>
        new(StatusCodes.Status413PayloadTooLarge, $"The file is larger than {options.LargestMegabytes} MB.");

    private static void CheckHead(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
            throw new RefusedUploadException(StatusCodes.Status400BadRequest, "The file is empty.");
        if (!FileSignature.IsVideoOrPicture(head))
            throw new RefusedUploadException(
                StatusCodes.Status415UnsupportedMediaType,
                "This is no video or picture that Argus reads (MP4, MOV, MKV, WebM, AVI, MPEG, FLV, OGG, "
                    + "WMV; JPEG, PNG, WebP)."
            );
    }

    private async Task<double> ReadDurationAsync(string path, CancellationToken cancel)
    {
        if (StillPicture.IsPicture(path))
            return 0;
        var info = await VideoProbe.ReadAsync(path, cancel, options.LongestMinutes * 60);
        return info.DurationSeconds;
    }
}
