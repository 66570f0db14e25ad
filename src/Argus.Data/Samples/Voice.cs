using Argus.Data.Forging;
using Argus.Video;

namespace Argus.Data.Samples;

/// <summary>
/// A synthetic voice: a glottal pulse train through three formant resonators (Klatt, 1980), cut into syllables and
/// pauses.
/// </summary>
/// <param name="PitchHz">80 (low voice) to 260 (high voice).</param>
/// <param name="FormantScale">1 for the table of vowels; a shorter throat has a larger one.</param>
internal sealed record Voice(double PitchHz, double FormantScale, double SyllablesPerSecond)
{
    private const int Rate = VideoWriter.SampleRateHz;
    private const int Block = 80; // 5 ms: how often formants and loudness move

    // First three formants in Hz of a, e, i, o, u (Peterson and Barney, 1952, rounded).
    private static readonly double[][] Vowels =
    [
        [730, 1090, 2440],
        [530, 1840, 2480],
        [270, 2290, 3010],
        [570, 840, 2410],
        [300, 870, 2240],
    ];
    private static readonly double[] Bandwidths = [80, 110, 160];

    public static Voice Draw(KeyedRandom random)
    {
        var pitch = 95 * Math.Exp(random.Uniform(0, .9));
        return new Voice(pitch, .92 + .0012 * (pitch - 95) + random.Uniform(-.04, .04), random.Uniform(3.6, 5.2));
    }

    /// <summary>Speech of the given length: mono in -1..1, the same loudness (RMS 0.1) for every voice.</summary>
    public float[] Speak(double seconds, KeyedRandom random)
    {
        var samples = new float[(int)Math.Round(seconds * Rate)];
        var blocks = samples.Length / Block + 1;
        var (loudness, formants, hiss) = Syllables(blocks, random);
        var filters = new Resonator[3];
        double phase = 0;
        double level = 0;
        double drift = random.Uniform(0, 2 * Math.PI);
        for (var i = 0; i < samples.Length; i++)
        {
            var block = i / Block;
            if (i % Block == 0)
            {
                for (var f = 0; f < 3; f++)
                    filters[f].Tune(formants[block][f] * FormantScale, Bandwidths[f]);
            }
            level += (loudness[block] - level) * .02;
            var time = (double)i / Rate;
            phase += PitchHz * (1 + .08 * Math.Sin(2.3 * time + drift) + .02 * Math.Sin(31 * time)) / Rate;
            phase -= Math.Floor(phase);
            // Rosenberg's pulse: opens over 60 % of the period, closes fast.
            var pulse =
                phase < .6 ? 3 * Math.Pow(phase / .6, 2) - 2 * Math.Pow(phase / .6, 3)
                : phase < .75 ? 1 - Math.Pow((phase - .6) / .15, 2)
                : 0;
            var source = level * (pulse - .45) + (hiss[block] + .02 * level) * (random.NextDouble() - .5);
            foreach (ref var filter in filters.AsSpan())
                source = filter.Step(source);
            samples[i] = (float)source;
        }
        var rms = Math.Sqrt(samples.Average(sample => (double)sample * sample)) + 1e-9;
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (float)Math.Tanh(.1 * samples[i] / rms + .0008 * (random.NextDouble() - .5));
        return samples;
    }

    /// <summary>
    /// How far the mouth is open at each frame, 0..1: the voice's energy around the frame's time against its own peak.
    /// </summary>
    public static double[] MouthOpening(ReadOnlySpan<float> samples, int firstSample, int framesPerSecond, int frames)
    {
        var opening = new double[frames];
        for (var f = 0; f < frames; f++)
        {
            var middle = firstSample + (int)((f + .5) * Rate / framesPerSecond);
            var window = samples[
                Math.Clamp(middle - 400, 0, samples.Length)..Math.Clamp(middle + 400, 0, samples.Length)
            ];
            var energy = 0.0;
            foreach (var sample in window)
                energy += sample * sample;
            opening[f] = Math.Sqrt(energy / Math.Max(1, window.Length));
        }
        // 0.18 is about the RMS within a loud syllable of a voice whose overall RMS is 0.1.
        return [.. opening.Select(rms => Math.Clamp((rms - .012) / .17, 0, 1))];
    }

    private (double[] Loudness, double[][] Formants, double[] Hiss) Syllables(int blocks, KeyedRandom random)
    {
        var loudness = new double[blocks];
        var hiss = new double[blocks];
        var formants = new double[blocks][];
        var at = -random.Next(20);
        while (at < blocks)
        {
            if (random.Chance(.16))
                at = Silence(at, random.Uniform(.12, .3));
            var vowel = random.Pick(Vowels);
            var length = (int)(random.Uniform(.75, 1.25) / SyllablesPerSecond * Rate / Block);
            var strength = random.Uniform(.55, 1);
            var consonant = random.Chance(.5) ? random.Uniform(.05, .25) : 0;
            for (var i = 0; i < length; i++)
            {
                if (at + i < 0 || at + i >= blocks)
                    continue;
                var within = (double)i / length;
                loudness[at + i] = strength * Math.Pow(Math.Sin(Math.PI * Math.Min(1, within * 1.15)), .8);
                if (within > .87)
                    loudness[at + i] = 0;
                hiss[at + i] = within < .18 ? consonant : 0;
                formants[at + i] = vowel;
            }
            at += length;
        }
        for (var i = 0; i < blocks; i++)
            formants[i] ??= i > 0 ? formants[i - 1] : Vowels[0];
        return (loudness, formants, hiss);

        int Silence(int from, double seconds) => from + (int)(seconds * Rate / Block);
    }

    /// <summary>Two-pole resonance with unit gain at 0 Hz.</summary>
    private struct Resonator
    {
        private double a;
        private double b;
        private double c;
        private double y1;
        private double y2;

        public void Tune(double hertz, double bandwidth)
        {
            c = -Math.Exp(-2 * Math.PI * bandwidth / Rate);
            b = 2 * Math.Exp(-Math.PI * bandwidth / Rate) * Math.Cos(2 * Math.PI * hertz / Rate);
            a = 1 - b - c;
        }

        public double Step(double x)
        {
            var y = a * x + b * y1 + c * y2;
            y2 = y1;
            y1 = y;
            return y;
        }
    }
}
