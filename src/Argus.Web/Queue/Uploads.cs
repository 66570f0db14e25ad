using System.Buffers;
using System.Security.Cryptography;
using Argus.Video;

namespace Argus.Web.Queue;

/// <summary>A file that arrived whole, looked at from outside: nothing of it was decoded.</summary>
internal sealed record Upload(string Id, long Bytes, string Sha256, double DurationSeconds);

/// <summary>What was sent is no video, too long or too large.</summary>
internal sealed class RefusedUploadException(int status, string message) : ArgusException(message)
{
    /// <summary>Status of the HTTP answer.</summary>
    public int Status { get; } = status;
}

/// <summary>
/// Videos that wait, each a file with its analysis's id for a name. Gone as soon as there is an answer.
/// </summary>
internal sealed class Uploads
{
    private const string Incoming = ".incoming";
    private const int BufferBytes = 1 << 16;
    private const int DiskFull = 28; // ENOSPC

    private readonly ServeOptions options;
    private readonly ILogger<Uploads> log;
    private readonly string folder;

    public Uploads(ServeOptions options, ILogger<Uploads> log)
    {
        this.options = options;
        this.log = log;
        folder = CreateFolder(options);
    }

    /// <summary>Where uploads lie; the folder need not be there.</summary>
    public static string FindFolder(ServeOptions options) => Path.Combine(options.Data, "videos");

    /// <summary>Makes the folder for uploads.</summary>
    /// <exception cref="RequestException">It cannot be made.</exception>
    private static string CreateFolder(ServeOptions options)
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

    public string PathOf(string id) => Path.Combine(folder, id);

    /// <summary>
    /// Writes a body to the disk as it comes, and asks ffprobe what it is. What is refused, broken off or did not fit
    /// leaves nothing behind.
    /// </summary>
    /// <exception cref="RefusedUploadException">It is not taken.</exception>
    public async Task<Upload> ReceiveAsync(Stream body, CancellationToken cancel)
    {
        // Nobody guesses it: without keys it is all that separates two people's videos.
        var id = Guid.NewGuid().ToString("n");
        var partial = PathOf(id) + Incoming;
        try
        {
            var (bytes, sha256) = await WriteAsync(body, partial, cancel);
            var seconds = await MeasureAsync(partial, cancel);
            File.Move(partial, PathOf(id));
            return new Upload(id, bytes, sha256, seconds);
        }
        catch (UnreadableVideoException error)
        {
            throw new RefusedUploadException(
                StatusCodes.Status422UnprocessableEntity,
                $"This cannot be judged: {error.Message}."
            );
        }
        // The latter is what .NET makes of a limit on file sizes.
        catch (Exception error) when (error is IOException { HResult: DiskFull } or ArgumentOutOfRangeException)
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

    public void Delete(string id)
    {
        try
        {
            File.Delete(PathOf(id));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("{Path} cannot be deleted: {Message}", PathOf(id), error.Message);
        }
    }

    /// <summary>
    /// Files that nobody waits for: of clients that went away as the process ended, of analyses that were deleted.
    /// </summary>
    public IEnumerable<string> OlderThan(TimeSpan age) =>
        Directory
            .EnumerateFiles(folder)
            .Where(file => DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > age)
            .Select(file => Path.GetFileName(file));

    private async Task<(long Bytes, string Sha256)> WriteAsync(Stream body, string path, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var head = await body.ReadAtLeastAsync(buffer, FileSignature.Length, throwOnEndOfStream: false, cancel);
            if (head == 0)
                throw new RefusedUploadException(StatusCodes.Status400BadRequest, "The file is empty.");
            if (!FileSignature.IsVideoOrPicture(buffer.AsSpan(0, head)))
                throw new RefusedUploadException(
                    StatusCodes.Status415UnsupportedMediaType,
                    "This is no video or picture that Argus reads (MP4, MOV, MKV, WebM, AVI, MPEG, FLV, OGG, "
                        + "WMV; JPEG, PNG, WebP)."
                );
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
            for (var count = head; count > 0; count = await body.ReadAsync(buffer, cancel))
            {
                if ((total += count) > options.LargestMegabytes * 1_000_000L)
                    throw new RefusedUploadException(
                        StatusCodes.Status413PayloadTooLarge,
                        $"The file is larger than {options.LargestMegabytes} MB."
                    );
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

    private async Task<double> MeasureAsync(string path, CancellationToken cancel)
    {
        if (Clips.StillPicture.IsPicture(path))
            return 0;
        return (await VideoProbe.ReadAsync(path, cancel, options.LongestMinutes * 60)).DurationSeconds;
    }
}
