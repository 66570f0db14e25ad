namespace Argus.Sound;

/// <summary>
/// Where somebody speaks, per 10 ms: loud enough over the recording's own noise, and voiced somewhere near (periodic at
/// a voice's pitch, 70 to 400 Hz: Rabiner and Schafer, 1978). Noise and hum below 70 Hz are not taken for speech;
/// singing and music with a clear pitch may be.
/// </summary>
public static class VoiceActivity
{
    /// <summary>Length of what is judged at a time.</summary>
    public const double FrameSeconds = 0.01;

    // Over the noise floor by this much, and never below the absolute level: recordings of silence have a floor, too.
    private const double OverNoiseDecibels = 9;
    private const double QuietestDecibels = -55;

    // Digital silence decodes to a trace of noise at most.
    private const double SilenceDecibels = -60;
    private const double Periodicity = 0.5;

    // Unvoiced sounds and short pauses stand next to voiced ones; shorter speech than a syllable is a click.
    private const int ReachFrames = 20;
    private const int ShortestFrames = 10;

    // Pitch is looked for at a quarter of the rate, over 30 ms.
    private const int Decimation = 4;
    private const int Window = 120;

    /// <summary>Stretches of speech in seconds: from, to, from, to, …</summary>
    /// <param name="samples">Mono.</param>
    /// <param name="sampleRateHz">Samples a second.</param>
    public static IReadOnlyList<double> FindSpeech(ReadOnlySpan<short> samples, int sampleRateHz)
    {
        var loud = Loud(Levels(samples, sampleRateHz));
        var voiced = Voiced(samples, sampleRateHz, loud);
        var speech = new bool[loud.Length];
        for (var i = 0; i < loud.Length; i++)
        {
            if (voiced[i])
                Array.Fill(
                    speech,
                    true,
                    Math.Max(0, i - ReachFrames),
                    Math.Min(loud.Length, i + ReachFrames + 1) - Math.Max(0, i - ReachFrames)
                );
        }
        var stretches = new List<double>();
        for (var i = 0; i < speech.Length; i++)
        {
            if (!speech[i])
                continue;
            var from = i;
            while (i < speech.Length && speech[i])
                i++;
            // The reach is for joining; a stretch begins and ends where it is loud.
            var to = i;
            while (from < to && !loud[from])
                from++;
            while (to > from && !loud[to - 1])
                to--;
            if (to - from >= ShortestFrames)
                stretches.AddRange([Math.Round(from * FrameSeconds, 2), Math.Round(to * FrameSeconds, 2)]);
        }
        return stretches;
    }

    /// <summary>Seconds until the first 10 ms louder than -60 dBFS; the whole length where there is none.</summary>
    public static double LeadingSilence(ReadOnlySpan<short> samples, int sampleRateHz)
    {
        var levels = Levels(samples, sampleRateHz);
        var first = Array.FindIndex(levels, level => level > SilenceDecibels);
        return first < 0 ? (double)samples.Length / sampleRateHz : first * FrameSeconds;
    }

    // Root mean square in dBFS of each 10 ms.
    private static double[] Levels(ReadOnlySpan<short> samples, int sampleRateHz)
    {
        var length = sampleRateHz / 100;
        var levels = new double[samples.Length / length];
        for (var i = 0; i < levels.Length; i++)
        {
            double sum = 0;
            foreach (var sample in samples.Slice(i * length, length))
                sum += (double)sample * sample;
            levels[i] = 10 * Math.Log10(sum / length / (32768.0 * 32768.0) + 1e-12);
        }
        return levels;
    }

    private static bool[] Loud(double[] levels)
    {
        if (levels.Length == 0)
            return [];
        // Some tenth of a recording is a pause; a recording without one is judged by its peaks alone.
        var sorted = levels.Order().ToArray();
        double floor = sorted[sorted.Length / 10];
        double peak = sorted[^(1 + sorted.Length / 20)];
        var threshold = Math.Max(QuietestDecibels, Math.Min(floor + OverNoiseDecibels, peak - 2 * OverNoiseDecibels));
        return [.. levels.Select(level => level > threshold)];
    }

    private static bool[] Voiced(ReadOnlySpan<short> samples, int sampleRateHz, bool[] loud)
    {
        var rate = sampleRateHz / Decimation;
        var slow = new float[samples.Length / Decimation];
        for (var i = 0; i < slow.Length; i++)
        {
            float sum = 0;
            for (var k = 0; k < Decimation; k++)
                sum += samples[i * Decimation + k];
            slow[i] = sum / Decimation;
        }
        int first = rate / 1000;
        int shortest = rate / 400;
        int longest = rate / 70;
        int hop = rate / 100;
        var voiced = new bool[loud.Length];
        for (var i = 0; i < loud.Length; i++)
        {
            var at = i * hop;
            if (!loud[i] || at + Window + longest > slow.Length)
                continue;
            var here = slow.AsSpan(at, Window);
            var energy = Dot(here, here);
            // Rumble is alike at every short lag; a pitch comes back after having gone.
            var lowest = 1.0;
            for (var lag = first; lag <= longest && !voiced[i]; lag++)
            {
                var there = slow.AsSpan(at + lag, Window);
                var alike = Dot(here, there) / Math.Sqrt((double)energy * Dot(there, there) + 1);
                lowest = Math.Min(lowest, alike);
                voiced[i] = lag >= shortest && alike > Periodicity && alike - lowest > Periodicity / 2;
            }
        }
        // A single periodic frame is chance: white noise has some.
        return
        [
            .. voiced.Select(
                (v, i) =>
                    v
                    && i > 1
                    && i < voiced.Length - 2
                    && voiced[i - 1]
                    && voiced[i + 1]
                    && voiced[i - 2]
                    && voiced[i + 2]
            ),
        ];
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
