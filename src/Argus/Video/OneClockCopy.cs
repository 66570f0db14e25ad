using CliWrap;

namespace Argus.Video;

/// <summary>
/// A copy of a video whose clock starts again, with one clock; its packets are the same. Disposing of it deletes the
/// file.
/// </summary>
internal sealed class OneClockCopy : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    private OneClockCopy(string path, VideoInfo info)
    {
        Path = path;
        Info = info;
    }

    public string Path { get; }

    /// <summary>What the copy says of itself, with container, encoder and remarks of the original.</summary>
    public VideoInfo Info { get; }

    /// <exception cref="UnreadableVideoException">Not even ffmpeg makes one clock of it.</exception>
    /// <exception cref="ArgusException">The scratch folder's disk is full.</exception>
    public static async Task<OneClockCopy> CreateAsync(
        string path,
        VideoInfo info,
        string scratch,
        CancellationToken cancel
    )
    {
        var copy = System.IO.Path.Combine(scratch, $"clock-{Guid.NewGuid():n}.partial");
        try
        {
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limited.CancelAfter(Limit);
            var (code, error) = await UnreadableVideoException.Limited(
                Ffmpeg.RunAsync(
                    Ffmpeg.Program,
                    [
                        "-v",
                        "error",
                        "-nostdin",
                        "-y",
                        // MPEG says of some frames only when they are decoded.
                        "-fflags",
                        "+genpts",
                        .. Ffmpeg.Input(path),
                        "-map",
                        $"0:{info.Stream}",
                        "-map",
                        "0:a:0?",
                        "-c",
                        "copy",
                        "-f",
                        "matroska",
                        "file:" + copy,
                    ],
                    null,
                    PipeTarget.Null,
                    limited.Token,
                    limited: true
                ),
                "ffmpeg",
                Limit,
                cancel
            );
            Ffmpeg.ThrowIfDiskRefuses(error);
            if (code != 0)
                throw new UnreadableVideoException(
                    $"its clock starts again, and its parts could not be joined: {VideoProbe.FirstLine(error)}"
                );
            var joined = await VideoProbe.ReadAsync(copy, cancel);
            return new OneClockCopy(
                copy,
                joined with
                {
                    Container = info.Container,
                    Encoder = info.Encoder,
                    Remarks = info.Remarks,
                }
            );
        }
        catch
        {
            File.Delete(copy);
            throw;
        }
    }

    public void Dispose() => File.Delete(Path);
}
