using Argus.Clips;
using Argus.Imaging;
using Argus.Recipes;
using Xunit;

namespace Argus.Tests.Clips;

/// <summary>Whole pictures of a video at their own size, as a store or a detector gets them.</summary>
internal static class WholeVideo
{
    /// <param name="path">The video.</param>
    /// <param name="scratch">A folder for temporary files.</param>
    /// <param name="clips">Clips wanted, evenly spread.</param>
    /// <param name="clipFrames">Frames a clip.</param>
    public static Task<ClipReading> ReadAsync(string path, string scratch, int clips = 4, int clipFrames = 1) =>
        new ClipReader(detector: null, scratch).ReadAsync(
            path,
            [Request(clips, clipFrames)],
            TestContext.Current.CancellationToken
        );

    /// <summary>When the sound begins: the first sample that is clearly heard, in seconds.</summary>
    public static double BeepSeconds(this ClipReading reading) =>
        Array.FindIndex(reading.Sound!.Samples, sample => Math.Abs((int)sample) > 3000) / 16_000.0;

    public static ClipRequest Request(int clips, int clipFrames) =>
        new()
        {
            Clips = clips,
            ClipFrames = clipFrames,
            FramesPerSecond = 25,
            From = 0,
            To = 1,
            Preprocessing = new Preprocessing(64, CropMode.Face, TestRecipes.Load("rr_4_smoke").Enhance),
        };
}
