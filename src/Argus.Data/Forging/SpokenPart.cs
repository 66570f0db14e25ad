using Argus.Sound;
using Argus.Video;

namespace Argus.Data.Forging;

/// <summary>The part of a recording in which somebody speaks.</summary>
internal static class SpokenPart
{
    private const double ShortestSpeechSeconds = 1.5;

    /// <summary>From the first to the last word: silence before or after tells nothing of a shift then.</summary>
    /// <exception cref="UnreadableVideoException">Nobody speaks in it, or for too short a time.</exception>
    public static ForgingSource Cut(ForgingSource source)
    {
        if (source.Voice.Length == 0)
            throw new UnreadableVideoException("it has no sound");
        var speech = VoiceActivity.FindSpeech(
            Array.ConvertAll(source.Voice, sample => (short)Math.Clamp(sample * 32768, short.MinValue, short.MaxValue)),
            VideoWriter.SampleRateHz
        );
        var (from, to) = speech.Count == 0 ? (0, 0) : (speech[0], speech[^1]);
        if (to - from < ShortestSpeechSeconds)
            throw new UnreadableVideoException(
                speech.Count == 0
                    ? "nobody speaks in it"
                    : $"somebody speaks for {to - from:0.0} s only; forging the sound needs "
                        + $"{ShortestSpeechSeconds:0.0} s"
            );
        var first = (int)(from * source.FramesPerSecond);
        var count = (int)((to - from) * source.FramesPerSecond);
        var start = (int)(first / source.FramesPerSecond * VideoWriter.SampleRateHz);
        var length = Math.Min(
            source.Voice.Length - start,
            (int)(count / source.FramesPerSecond * VideoWriter.SampleRateHz)
        );
        return source with
        {
            Indices = [.. source.Indices.Skip(first).Take(count)],
            Faces = [.. source.Faces.Skip(first).Take(count)],
            From = source.From + from,
            To = source.From + to,
            Voice = source.Voice[start..(start + length)],
        };
    }
}
