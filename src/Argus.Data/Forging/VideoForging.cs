using System.Runtime.InteropServices;
using System.Threading.Channels;
using Argus.Faces;
using Argus.Sound;
using Argus.Video;
using OpenCvSharp;
using VideoWriter = Argus.Video.VideoWriter;

namespace Argus.Data.Forging;

/// <summary>What <see cref="VideoForging"/> can work with of a video: where its one face is, and its sound.</summary>
/// <param name="Indices">
/// Source frames in the order shown, at a constant rate; a frame of a slow stretch stands more than once.
/// </param>
/// <param name="Faces">The outline in each of them.</param>
/// <param name="From">First second of the source that is used; <c>To</c> is the last.</param>
/// <param name="Voice">Mono, along the frames; empty without sound.</param>
internal sealed record ForgingSource(
    string Path,
    Size Size,
    double FramesPerSecond,
    IReadOnlyList<int> Indices,
    IReadOnlyList<FaceEllipse> Faces,
    double From,
    double To,
    float[] Voice
);

/// <summary>One file that was made.</summary>
/// <param name="Name">Name of the file.</param>
/// <param name="Mask">White where the face was taken for one; null where the picture was left alone.</param>
/// <param name="From">First second of the source that it shows, forged all through; <c>To</c> is the last.</param>
/// <param name="Quantizer">x264's constant quantizer that all of a quad were written with.</param>
public sealed record ForgedVideo(
    string Name,
    string Source,
    ForgeryKind Kind,
    ForgedRegion Region,
    int Label,
    ulong Seed,
    string? Mask,
    double From,
    double To,
    int Quantizer,
    IReadOnlyDictionary<string, object> Parameters
);

/// <summary>
/// Forgeries and real twins of a real video, in quads of two real and two fake with the same parameters
/// (<see cref="ForgedRegion"/>), all decoded, blended and encoded in the same way. Needs nobody else's face: the
/// person's own is altered and blended back (after Shiohara and Yamasaki, 2022).
/// </summary>
/// <param name="longestSeconds">More of a video is left out.</param>
public sealed class VideoForging(string faceModel, double longestSeconds)
{
    private const double LookSeconds = 0.1;
    private const double ShortestSeconds = 1;

    // Whoever is smaller than this share of the subject stands in the background.
    private const double Bystander = 0.4;
    private const int FinestQuantizer = 17;
    private const int CoarsestQuantizer = 26;
    private const int WaitingFrames = 4;

    /// <summary>Writes quads of each kind.</summary>
    /// <param name="folder">Gets the files, and masks in <c>masks/</c>.</param>
    /// <param name="have">Names that are there already, and stay as they are.</param>
    /// <exception cref="UnreadableVideoException">
    /// The video cannot be forged: no face, several, too short, for sound: nobody speaks.
    /// </exception>
    public async Task<IReadOnlyList<ForgedVideo>> RunAsync(
        string video,
        IReadOnlyList<ForgeryKind> kinds,
        int quads,
        int seed,
        string folder,
        IReadOnlySet<string> have,
        CancellationToken cancel
    )
    {
        var made = new List<ForgedVideo>();
        ForgingSource? whole = null;
        foreach (var kind in kinds)
        {
            for (var number = 0; number < quads; number++)
            {
                var name = $"{Path.GetFileNameWithoutExtension(video)}_{kind.ToString().ToLowerInvariant()}_{number}";
                var four = ClipForgery.Quad(
                    kind,
                    KeyedRandom.Create("forge", seed, Path.GetFileName(video), kind, number)
                );
                if (four.All(forgery => have.Contains(FileName(name, forgery))))
                    continue;
                whole ??= await FindAsync(video, cancel);
                var source = kind == ForgeryKind.Audio ? SpokenPart.Cut(whole) : whole;
                made.AddRange(await WriteAsync(source, four, name, folder, cancel));
            }
        }
        return made;
    }

    private static string FileName(string name, ClipForgery forgery) =>
        $"{name}_{forgery.Region.ToString().ToLowerInvariant()}.mp4";

    private static async Task<IReadOnlyList<ForgedVideo>> WriteAsync(
        ForgingSource source,
        IReadOnlyList<ClipForgery> four,
        string name,
        string folder,
        CancellationToken cancel
    )
    {
        var kind = four[0].Kind;
        var seed = four[0].Seed;
        var quantizer =
            FinestQuantizer + KeyedRandom.Create("last", seed).Next(CoarsestQuantizer - FinestQuantizer + 1);
        var mask = kind == ForgeryKind.Audio ? null : $"masks/{name}.mp4";
        var pictures = four.Select(forgery => new PictureForgery(
                kind,
                kind == ForgeryKind.Audio ? ForgedRegion.Neither : forgery.Region,
                source.Size,
                KeyedRandom.Create("picture", seed),
                recorded: true
            ))
            .ToList();
        var sounds = four.Select(forgery =>
                kind == ForgeryKind.Audio
                    ? SoundForgery.Apply(
                        source.Voice,
                        forgery.Region,
                        KeyedRandom.Create("sound", seed, forgery.Region)
                    )
                    : (source.Voice, new Dictionary<string, object>())
            )
            .ToList();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var channels = Enumerable
            .Range(0, mask is null ? 4 : 5)
            .Select(_ => Channel.CreateBounded<Mat>(WaitingFrames))
            .ToList();
        try
        {
            var writers = four.Select(
                    (forgery, i) =>
                        VideoWriter.WriteAsync(
                            Path.Combine(folder, FileName(name, forgery)),
                            source.Size,
                            source.FramesPerSecond,
                            channels[i].Reader,
                            sounds[i].Sound,
                            quantizer,
                            stop.Token
                        )
                )
                .ToList();
            if (mask is not null)
                writers.Add(
                    VideoWriter.WriteAsync(
                        Path.Combine(folder, mask),
                        source.Size,
                        source.FramesPerSecond,
                        channels[4].Reader,
                        default,
                        VideoWriter.Quantizer,
                        stop.Token
                    )
                );
            // Whoever ends early, for a full disk say, ends all of them.
            var all = Task.WhenAll(
                writers.Select(async writer =>
                {
                    try
                    {
                        await writer;
                    }
                    catch
                    {
                        await stop.CancelAsync();
                        throw;
                    }
                })
            );
            try
            {
                await ForgeAsync(source, pictures, channels, stop.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                await all;
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
            await all;
        }
        catch
        {
            foreach (var forgery in four)
                File.Delete(Path.Combine(folder, FileName(name, forgery)));
            if (mask is not null)
                File.Delete(Path.Combine(folder, mask));
            throw;
        }
        finally
        {
            foreach (var picture in pictures)
                picture.Dispose();
            foreach (var channel in channels)
            {
                while (channel.Reader.TryRead(out var frame))
                    frame.Dispose();
            }
        }
        return
        [
            .. four.Select(
                (forgery, i) =>
                    new ForgedVideo(
                        FileName(name, forgery),
                        Path.GetFileName(source.Path),
                        kind,
                        forgery.Region,
                        forgery.Label,
                        seed,
                        mask,
                        source.From,
                        source.To,
                        quantizer,
                        kind == ForgeryKind.Audio ? sounds[i].Parameters : pictures[i].Parameters
                    )
            ),
        ];
    }

    private static async Task ForgeAsync(
        ForgingSource source,
        List<PictureForgery> pictures,
        List<Channel<Mat>> channels,
        CancellationToken cancel
    )
    {
        var at = 0;
        await FrameReader.ReadAsync(
            source.Path,
            [.. source.Indices.Distinct()],
            async (index, frame) =>
            {
                using var even = frame[new Rect(default, source.Size)].Clone();
                frame.Dispose();
                for (; at < source.Indices.Count && source.Indices[at] == index; at++)
                {
                    for (var i = 0; i < pictures.Count; i++)
                        await channels[i].Writer.WriteAsync(pictures[i].Apply(even, source.Faces[at]), cancel);
                    if (channels.Count == pictures.Count)
                        continue;
                    using var mask = pictures[1].Mask(source.Size, source.Faces[at]);
                    var white = new Mat();
                    Cv2.CvtColor(mask, white, ColorConversionCodes.GRAY2BGR);
                    await channels[^1].Writer.WriteAsync(white, cancel);
                }
            },
            cancel
        );
        foreach (var channel in channels)
            channel.Writer.Complete();
    }

    private async Task<ForgingSource> FindAsync(string video, CancellationToken cancel)
    {
        var info = await VideoProbe.ReadAsync(video, cancel);
        var times = info.FrameTimesSeconds;
        if (info.DurationSeconds < ShortestSeconds)
            throw new UnreadableVideoException(
                $"it lasts {info.DurationSeconds:0.0} s; forging needs at least {ShortestSeconds:0} s"
            );
        var looks = new List<int>();
        for (var i = 0; i < times.Length; i++)
        {
            if (looks.Count == 0 || times[i] - times[looks[^1]] >= LookSeconds - 1e-6)
                looks.Add(i);
        }
        var tracker = new FaceTracker();
        var size = default(Size);
        using var detector = new FaceDetector(faceModel);
        var soundFile = Path.GetTempFileName();
        try
        {
            await FrameReader.ReadAsync(
                video,
                info,
                looks,
                soundFile,
                (index, frame) =>
                {
                    using var owned = frame;
                    tracker.Add(times[index], detector.Find(frame));
                    size = new Size(frame.Width & ~1, frame.Height & ~1);
                },
                cancel
            );
            var track = Subject(tracker.Tracks);
            var from = track.Seen[0].Time;
            var to = Math.Min(track.Last.Time, track.Seen[0].Time + longestSeconds);
            if (to - from < ShortestSeconds)
                throw new UnreadableVideoException(
                    $"its face stays for {to - from:0.0} s; forging needs at least {ShortestSeconds:0} s"
                );
            var rate = Math.Min(60, info.FramesPerSecond);
            var indices = Enumerable
                .Range(0, (int)((to - from) * rate) + 1)
                .Select(k => Nearest(times, from + k / rate))
                .ToList();
            var faces = indices
                .Select(index =>
                    FaceEllipse.Fit([
                        .. track
                            .At(times[index])!
                            .Landmarks.Select(point => new Point2f((float)point.X, (float)point.Y)),
                    ])
                )
                .ToList();
            var samples = MemoryMarshal.Cast<byte, short>(await File.ReadAllBytesAsync(soundFile, cancel)).ToArray();
            return new ForgingSource(
                video,
                size,
                rate,
                indices,
                faces,
                from,
                to,
                Voice(samples, from, indices.Count / rate)
            );
        }
        finally
        {
            File.Delete(soundFile);
        }
    }

    private static FaceTrack Subject(IReadOnlyList<FaceTrack> tracks)
    {
        var seen = tracks.Where(track => track.Seen.Count > 2).ToList();
        if (seen.Count == 0)
            throw new UnreadableVideoException("no face was found");
        double Side(FaceTrack track) => track.Seen.Average(sight => sight.Face.Side);
        var subject = seen.MaxBy(track => (track.Last.Time - track.Seen[0].Time) * Side(track))!;
        var others = seen.Count(track =>
            track != subject
            && track.Seen[0].Time < subject.Last.Time
            && track.Last.Time > subject.Seen[0].Time
            && Side(track) > Bystander * Side(subject)
        );
        return others == 0
            ? subject
            : throw new UnreadableVideoException(
                $"{others + 1} faces are in the picture at once; the forgery of one would say nothing of the "
                    + "others. Cut it to one person"
            );
    }

    private static int Nearest(double[] times, double time)
    {
        var after = Array.BinarySearch(times, time);
        if (after >= 0)
            return after;
        after = ~after;
        if (after == 0)
            return 0;
        return after == times.Length || time - times[after - 1] <= times[after] - time ? after - 1 : after;
    }

    private static float[] Voice(short[] samples, double from, double seconds)
    {
        if (samples.Length == 0)
            return [];
        var start = (int)(from * FrameReader.SampleRateHz);
        var count = (int)(seconds * FrameReader.SampleRateHz);
        return [.. Enumerable.Range(start, count).Select(i => i < samples.Length ? samples[i] / 32768f : 0)];
    }
}
