namespace Argus.Video;

/// <summary>
/// Clocks that start again inside a file: recordings that were joined byte for byte, or a receiver that lost the
/// signal.
/// </summary>
internal static class ClockRestarts
{
    // Decode times never go back; what does by more than a rounding is another clock. Forwards, ffmpeg's own limit for
    // transport streams.
    private const double BackSeconds = 0.1;
    private const double JumpSeconds = 10;

    /// <summary>Whether a long step forwards is a new clock too: in containers for transport.</summary>
    public static bool MayJump(string container) => container is "mpegts" or "mpeg" or "ogg";

    /// <summary>Moves what comes after a restart so that time goes on.</summary>
    /// <param name="shown">When frames are shown, in the order of decoding; changed in place.</param>
    /// <param name="decoded">When they are decoded, in the file's clock; null where nothing says so.</param>
    /// <param name="mayJump">Whether a long step forwards is a new clock too.</param>
    /// <returns>The joined times at which another clock begins; empty for an ordinary file.</returns>
    public static IReadOnlyList<double> Join(double[] shown, IReadOnlyList<double?> decoded, bool mayJump)
    {
        var restarts = new List<double>();
        double shift = 0;
        double frame = 0; // the last distance of two frames
        double? before = null;
        for (var i = 0; i < shown.Length; i++)
        {
            if (decoded[i] is { } now)
            {
                var step = now - before ?? 0;
                if (step < -BackSeconds || (mayJump && step > JumpSeconds))
                {
                    shift += frame - step;
                    restarts.Add(shown[i] + shift);
                }
                else
                {
                    frame = step;
                }
                before = now;
            }
            shown[i] += shift;
        }
        return restarts;
    }
}
