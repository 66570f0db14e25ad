using System.Text.Json;
using Argus.Datasets;
using Argus.Imaging;
using Argus.Video;
using OpenCvSharp;

namespace Argus.Stores;

/// <summary>A video decoded into pictures, ready to be written.</summary>
internal sealed record PreparedVideo(VideoItem Item, string Json, IReadOnlyList<(StoreRow Row, byte[] Png)> Frames)
{
    public long Bytes => Frames.Sum(frame => (long)frame.Png.Length + 1024) + Json.Length + 1024;
}

/// <summary>Decodes one video into the pictures that the options ask for, in one pass.</summary>
internal sealed class VideoPreparation(StoreOptions options, Preprocessing preprocessing, FaceCropper? faces) : IDisposable
{
    // Sound around a single frame, as much as half a second on each side.
    private const double AudioReachSeconds = 0.5;

    /// <exception cref="UnreadableVideoException">The video gives no usable picture; the reason is for the report.</exception>
    public async Task<PreparedVideo> RunAsync(VideoItem item, string path, CancellationToken cancel)
    {
        var info = await VideoProbe.ReadAsync(path, cancel);
        var wanted = FrameReader.Choose(info.FrameCount, options.FramesFor(item.Split ?? Split.Train), options.From, options.To);
        var frames = new List<(StoreRow, byte[])>();
        var common = StoreRow.For(item, new FileInfo(path));
        try
        {
            await FrameReader.ReadAsync(path, wanted, (index, frame) =>
            {
                using (frame) Store(index, frame);
            }, cancel);
        }
        catch (Exception error) when (error is EndOfStreamException or FormatException or ArgumentNullException or OpenCVException)
        {
            // ffmpeg ended within a picture, or the picture is none that can be worked on.
            throw new UnreadableVideoException($"its pictures could not be read: {error.Message}");
        }
        if (frames.Count == 0) throw new UnreadableVideoException($"no face was found in {wanted.Length} frames");
        return new PreparedVideo(item, Describe(item, info, frames.Select(frame => frame.Item1)), frames);

        void Store(int index, Mat frame)
        {
            var square = faces is null ? new Rect(0, 0, frame.Width, frame.Height) : faces.Find(frame);
            if (square is not { } rect) return;
            using var crop = frame.SubMat(rect);
            using var picture = preprocessing.BeforeStoring(crop);
            Cv2.ImEncode(".png", picture, out var png, new ImageEncodingParam(ImwriteFlags.PngCompression, 1));
            var row = common.Copy();
            (row.Clip, row.SourceFrame, row.TimeSeconds) = (frames.Count, index, info.FrameTimesSeconds[index]);
            (row.X, row.Y, row.Width, row.Height) = (rect.X, rect.Y, rect.Width, rect.Height);
            if (info.HasAudio)
                (row.AudioFromSeconds, row.AudioToSeconds) = (Math.Max(0, row.TimeSeconds - AudioReachSeconds), Math.Min(info.DurationSeconds, row.TimeSeconds + AudioReachSeconds));
            frames.Add((row, png));
        }
    }

    // What a person or another tool wants to know of the sample; the index says the same to Argus.
    private static string Describe(VideoItem item, VideoInfo info, IEnumerable<StoreRow> rows) => JsonSerializer.Serialize(new
    {
        item.Key, item.Dataset, item.Method, item.Id, item.Path, item.Label, item.Group, item.Identities, Split = $"{item.Split}", item.Compression, item.Chunk, item.Original, item.Kind,
        info.Codec, info.Width, info.Height, info.FrameCount, info.DurationSeconds, info.HasAudio, info.RotationDegrees,
        Frames = rows.Select(row => new { row.Clip, row.Frame, row.SourceFrame, row.TimeSeconds, row.Track, Rectangle = new[] { row.X, row.Y, row.Width, row.Height }, Audio = row.AudioFromSeconds is null ? null : new[] { row.AudioFromSeconds, row.AudioToSeconds } }),
    });

    public void Dispose() => faces?.Dispose();
}
