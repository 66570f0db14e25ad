using System.Runtime.InteropServices;
using Argus.Sound;
using Argus.Video;

namespace Argus.Clips;

/// <summary>
/// A video's sound: mono at <see cref="FrameReader.SampleRateHz"/>, the first sample at the first frame's time.
/// </summary>
/// <param name="Samples">16-bit, at least one.</param>
public sealed record VideoSound(short[] Samples)
{
    private const float FullScale = 32768;

    private readonly Lazy<IReadOnlyList<double>> speech = new(() =>
        VoiceActivity.FindSpeech(Samples, FrameReader.SampleRateHz)
    );

    /// <summary>When somebody speaks: from, to, from, to, … in seconds.</summary>
    public IReadOnlyList<double> Speech => speech.Value;

    /// <summary>Samples in -1..1.</summary>
    public static float[] ToFloats(short[] samples) => Array.ConvertAll(samples, sample => sample / FullScale);

    /// <summary>Raw samples from a file; null where ffmpeg wrote none.</summary>
    internal static async Task<VideoSound?> ReadAsync(string file, CancellationToken cancel)
    {
        if (!File.Exists(file))
            return null;
        var samples = MemoryMarshal.Cast<byte, short>(await File.ReadAllBytesAsync(file, cancel)).ToArray();
        return samples.Length == 0 ? null : new VideoSound(samples);
    }
}
