namespace Argus.Data.Forging;

/// <summary>
/// Sound that does not belong to the picture: shifted by 0.2 to 1.5 s, cut in two and swapped, or slowed or quickened
/// by 5 to 10%. The real twin is stretched there and back, or left alone, so that a stretch by itself tells nothing.
/// </summary>
internal static class SoundForgery
{
    private const int Rate = 16_000;
    private const int Window = 640;
    private const int Search = 160; // 40 ms and 10 ms

    /// <param name="sound">16 kHz mono.</param>
    /// <returns>
    /// As many samples as before, and what was done to them: shift in seconds, or stretch as a factor.
    /// </returns>
    public static (ReadOnlyMemory<float> Sound, IReadOnlyDictionary<string, object> Parameters) Apply(
        ReadOnlyMemory<float> sound,
        ForgedRegion region,
        KeyedRandom random
    )
    {
        if (region == ForgedRegion.Neither || sound.Length < Rate / 2)
            return (sound, new Dictionary<string, object>());
        var factor = 1 + (random.Chance(0.5) ? 1 : -1) * random.Uniform(0.05, 0.1);
        if (region == ForgedRegion.Both)
            return (
                Fit(Stretch(Stretch(sound.Span, factor), 1 / factor), sound.Length),
                Done("stretch_there_and_back", factor)
            );
        var way = random.Next(3);
        if (way == 2)
            return (Fit(Stretch(sound.Span, factor), sound.Length), Done("stretch", factor));
        var seconds =
            way == 0
                ? (random.Chance(0.5) ? 1 : -1) * random.Uniform(0.2, 1.5)
                : random.Uniform(0.35, 0.65) * sound.Length / Rate;
        return (Shifted(sound.Span, seconds), Done(way == 0 ? "shift_seconds" : "swap_at_seconds", seconds));
    }

    private static Dictionary<string, object> Done(string what, double amount) =>
        new() { [what] = Math.Round(amount, 4) };

    /// <summary>
    /// What leaves at one end comes in at the other: no silence tells of a shift, and shifted by half its length a
    /// sound has its halves swapped.
    /// </summary>
    internal static float[] Shifted(ReadOnlySpan<float> sound, double seconds)
    {
        var by = (int)Math.Round(seconds * Rate) % sound.Length;
        if (by < 0)
            by += sound.Length;
        return [.. sound[^by..], .. sound[..^by]];
    }

    /// <summary>
    /// Longer by a factor at the same pitch: waveform-similarity overlap-add (Verhelst and Roelands, 1993).
    /// </summary>
    internal static float[] Stretch(ReadOnlySpan<float> sound, double factor)
    {
        var hop = Window / 2;
        var output = new float[(int)(sound.Length * factor) + Window];
        var from = 0;
        var end = 0;
        for (var to = 0; to + Window <= output.Length; to += hop)
        {
            var ideal = (int)(to / factor);
            if (to > 0)
                from = Best(sound, ideal, from + hop);
            if (from + Window > sound.Length)
                break;
            for (var i = 0; i < Window; i++)
                output[to + i] += sound[from + i] * (float)(0.5 - 0.5 * Math.Cos(2 * Math.PI * i / Window));
            end = to + Window;
        }
        return output[..Math.Min(end, output.Length)];
    }

    // The place near the ideal one that goes on most like the sound that was used last.
    private static int Best(ReadOnlySpan<float> sound, int ideal, int natural)
    {
        var best = double.NegativeInfinity;
        var place = ideal;
        if (natural + Window > sound.Length)
            return ideal;
        for (var at = Math.Max(0, ideal - Search); at <= ideal + Search && at + Window <= sound.Length; at += 4)
        {
            var alike = 0.0;
            for (var i = 0; i < Window; i += 2)
                alike += sound[at + i] * sound[natural + i];
            if (alike > best)
            {
                best = alike;
                place = at;
            }
        }
        return place;
    }

    private static float[] Fit(float[] sound, int length)
    {
        Array.Resize(ref sound, length);
        return sound;
    }
}
