using OpenCvSharp;

namespace Argus.Views;

/// <summary>
/// Whether mouth and sound go together, over the whole clip: one value, the same for all its frames and places. The
/// sound is shifted by lags from -0.6 s to 0.6 s. Agreement at a lag is the mean of three correlations over the clip's
/// frames: of the mouth's motion with loudness, of its opening or closing with the rise or fall of loudness, and of its
/// motion with the amount of that rise or fall. How far the mouth is open is told by the contrast of its middle, which
/// of six measures tried goes best with loudness. Channels: the largest agreement within 0.1 s of lag 0; the largest
/// beyond 0.2 s; each less the mean over all lags; and by how much the first exceeds the second, as it does where
/// picture and sound belong together.
/// </summary>
internal static class SyncView
{
    private const int Lags = 48;
    private const double LargestLagSeconds = 0.6;
    private const double Near = 0.1;
    private const double Far = 0.2;
    private const double Step = 0.04; // seconds; loudness rises or falls over twice the last
    private const int MouthSide = 32;
    private const int LoudnessReach = 3; // pixels; columns of 10 ms on either side

    public static Mat Compute(ClipInput clip, int place)
    {
        var measured = clip.Once("sync", () => Measured(clip)).At<Vec3f>(0, 0);
        return new Mat(
            clip.Size,
            clip.Size,
            MatType.CV_32FC3,
            new Scalar(measured.Item0, measured.Item1, measured.Item2)
        );
    }

    private static double Lag(int step) => LargestLagSeconds * (2.0 * step / (Lags - 1) - 1);

    private static Mat Measured(ClipInput clip)
    {
        var agreement = Agreement(clip);
        var mean = agreement.Average();
        double Largest(Func<double, bool> among) =>
            agreement.Where((_, step) => among(Math.Abs(Lag(step)))).Max() - mean;
        double near = Largest(lag => lag <= Near);
        double far = Largest(lag => lag >= Far);
        return new Mat(1, 1, MatType.CV_32FC3, new Scalar(near, far, near - far));
    }

    // The agreement at each lag, -1..1; 0 where nothing moves or sounds.
    private static double[] Agreement(ClipInput clip)
    {
        var change = Opening(clip);
        double[] signed = Standard(change);
        double[] amount = Standard([.. change.Select(Math.Abs)]);
        return
        [
            .. Enumerable
                .Range(0, Lags)
                .Select(step =>
                {
                    var lag = Lag(step);
                    double[] loudness = [.. clip.Times.Select(time => Loudness(clip, time + lag))];
                    double[] rise =
                    [
                        .. clip.Times.Select(time =>
                            Loudness(clip, time + lag + Step) - Loudness(clip, time + lag - Step)
                        ),
                    ];
                    return (
                            Correlation(amount, loudness)
                            + Correlation(signed, rise)
                            + Correlation(amount, [.. rise.Select(Math.Abs)])
                        ) / 3;
                }),
        ];
    }

    // How much the contrast of the mouth's middle grew since the frame before, in grey levels; the first frame's is the
    // second's.
    private static double[] Opening(ClipInput clip)
    {
        var open = Enumerable
            .Range(0, clip.Native.Count)
            .Select(place =>
            {
                using var mouth = MouthView.Region(clip, place, MouthSide);
                using var middle = mouth[new Rect(MouthSide / 4, MouthSide / 4, MouthSide / 2, MouthSide / 2)];
                Cv2.MeanStdDev(middle, out _, out var deviation);
                return deviation.Val0;
            })
            .ToList();
        var change = open.Zip(open.Skip(1), (before, now) => now - before).ToList();
        return [change.Count > 0 ? change[0] : 0, .. change];
    }

    private static double Loudness(ClipInput clip, double time)
    {
        var column = (int)Math.Round(time / LogMel.HopSeconds);
        double sum = 0;
        for (var near = column - LoudnessReach; near <= column + LoudnessReach; near++)
            sum += clip.Mel.Loudness(near);
        return sum / (2 * LoudnessReach + 1);
    }

    private static double Correlation(double[] standard, double[] values) =>
        standard.Zip(Standard(values), (a, b) => a * b).Average();

    private static double[] Standard(double[] values)
    {
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        return deviation < 1e-6 ? new double[values.Length] : [.. values.Select(value => (value - mean) / deviation)];
    }
}
