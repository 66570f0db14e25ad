using Argus.Data.Stores;
using SkiaSharp;

namespace Argus.Data.Reports;

/// <summary>
/// Pictures of some videos of a store, a row each, with their landmarks: to see at a glance whether faces are centred
/// and labels are right.
/// </summary>
public static class ContactSheet
{
    private const int MostVideos = 12;
    private const int PicturesAVideo = 8;
    private const int TileSide = 132;
    private const int Gap = 6;
    private const int TextHeight = 24;
    private const int TitleHeight = 44;
    private static readonly SKColor Real = SKColor.Parse(PlotStyle.RealColor);
    private static readonly SKColor Fake = SKColor.Parse(PlotStyle.FakeColor);
    private static readonly SKColor Ink = new(0x22, 0x22, 0x22);
    private static readonly SKColor Paper = SKColors.White;

    /// <param name="videos">The first, the last and evenly chosen ones between are shown.</param>
    /// <param name="path">A PNG file.</param>
    public static void Write(string path, string title, Store store, IReadOnlyList<StoredVideo> videos)
    {
        var shown = Evenly(videos, MostVideos);
        var tiles = Math.Min(PicturesAVideo, shown.Max(video => video.Clips.Count));
        var width = Math.Max(760, Gap + tiles * (TileSide + Gap));
        var height = TitleHeight + shown.Count * (TextHeight + TileSide + 2 * Gap);
        using var surface = SKSurface.Create(new SKImageInfo(width, height));
        var canvas = surface.Canvas;
        canvas.Clear(Paper);
        using var font = new SKFont(SKTypeface.FromFamilyName(PlotStyle.Font), 13);
        using var large = new SKFont(SKTypeface.FromFamilyName(PlotStyle.Font), 20);
        using var ink = new SKPaint { Color = Ink, IsAntialias = true };
        canvas.DrawText($"{title}: {shown.Count} of {videos.Count} videos", Gap, 30, large, ink);
        var y = TitleHeight;
        foreach (var video in shown)
        {
            using var label = new SKPaint { Color = video.Item.Label == 0 ? Real : Fake, IsAntialias = true };
            canvas.DrawRect(Gap, y + 4, 46, TextHeight - 7, label);
            using var white = new SKPaint { Color = SKColors.White, IsAntialias = true };
            canvas.DrawText(video.Item.Label == 0 ? "REAL" : "FAKE", Gap + 6, y + TextHeight - 8, font, white);
            canvas.DrawText(Describe(video), Gap + 54, y + TextHeight - 8, font, ink);
            y += TextHeight;
            var x = Gap;
            foreach (var clip in Evenly(video.Clips, PicturesAVideo))
            {
                DrawTile(canvas, store.Read(video, clip.Frames[0]), clip.Frames[0], x, y);
                x += TileSide + Gap;
            }
            y += TileSide + 2 * Gap;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        AtomicFile.Write(path, data.AsSpan());
    }

    private static string Describe(StoredVideo video)
    {
        var row = video.Row;
        var track = row.Track is null
            ? "whole frames"
            : $"track {row.Track} of {row.Tracks}{(row.Tracks > 1 ? $" (by {row.ChosenBy})" : "")}";
        return $"{row.Key}   {row.Split.ToLowerInvariant()}   {track}   {row.CodedWidth}x{row.CodedHeight} "
            + $"{row.Codec}{(row.Quantizer is { } qp ? $" QP {qp:0}" : "")}   {row.FramesPerSecond:0.##} frames/s";
    }

    private static void DrawTile(SKCanvas canvas, byte[] bytes, StoreFrame frame, int x, int y)
    {
        using var picture =
            SKBitmap.Decode(bytes)
            ?? throw new ArgusException(
                "A picture of the store cannot be decoded: 'argus data audit' tells which shard is damaged."
            );
        var scale = (float)TileSide / Math.Max(picture.Width, picture.Height);
        using var image = SKImage.FromBitmap(picture);
        canvas.DrawImage(
            image,
            new SKRect(x, y, x + picture.Width * scale, y + picture.Height * scale),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)
        );
        using var dot = new SKPaint { Color = SKColors.Yellow, IsAntialias = true };
        using var edge = new SKPaint
        {
            Color = SKColors.Black,
            IsAntialias = true,
            IsStroke = true,
        };
        foreach (var point in frame.Landmarks.Chunk(2))
        {
            canvas.DrawCircle(x + point[0] * scale, y + point[1] * scale, 2.5f, dot);
            canvas.DrawCircle(x + point[0] * scale, y + point[1] * scale, 2.5f, edge);
        }
    }

    private static IReadOnlyList<T> Evenly<T>(IReadOnlyList<T> all, int most) =>
        all.Count <= most ? all : [.. Enumerable.Range(0, most).Select(i => all[i * (all.Count - 1) / (most - 1)])];
}
