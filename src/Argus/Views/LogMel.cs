using OpenCvSharp;

namespace Argus.Views;

/// <summary>
/// Log-mel spectrogram with the definitions of torchaudio's <c>MelSpectrogram(16000, n_fft=512, win_length=400,
/// hop_length=160, n_mels=64)</c>: periodic Hann window in the middle of the frame, power, HTK's mel scale from 0 to
/// 8000 Hz without normalisation; then the natural logarithm of power + 1e-6. Column k is centred at k * 10 ms of the
/// sound; beyond its ends there is silence.
/// </summary>
internal sealed class LogMel
{
    public const int Bands = 64;
    public const int Rate = 16_000;
    public const int Hop = 160;
    public const double HopSeconds = (double)Hop / Rate;

    /// <summary>How much of the sound before and after a clip the views look at.</summary>
    public const double MarginSeconds = 1.5;

    private const int Window = 400;
    private const int Transform = 512;
    private const int Bins = Transform / 2 + 1;
    private const float Floor = 1e-6f;

    private static readonly float[] Hann =
    [
        .. Enumerable.Range(0, Window).Select(i => (float)(0.5 - 0.5 * Math.Cos(2 * Math.PI * i / Window))),
    ];
    private static readonly Mat<float> Filters = MelFilters();

    private readonly int first;
    private readonly float[,] columns;

    private LogMel(int first, float[,] columns)
    {
        this.first = first;
        this.columns = columns;
    }

    /// <param name="from">The first and last second of the sound whose columns are wanted.</param>
    /// <param name="to">End of the part, in seconds.</param>
    /// <param name="samples">Mono, in -1..1.</param>
    public static LogMel Compute(ReadOnlySpan<float> samples, double from, double to)
    {
        var first = (int)Math.Floor(from / HopSeconds);
        var count = Math.Max(1, (int)Math.Ceiling(to / HopSeconds) - first + 1);
        using var frames = new Mat<float>(count, Transform);
        frames.SetTo(Scalar.All(0));
        var indexer = frames.GetIndexer();
        for (var k = 0; k < count; k++)
        {
            var start = (first + k) * Hop - Window / 2;
            for (var i = 0; i < Window; i++)
            {
                if (start + i >= 0 && start + i < samples.Length)
                    indexer[k, (Transform - Window) / 2 + i] = samples[start + i] * Hann[i];
            }
        }
        using var spectrum = new Mat();
        Cv2.Dft(frames, spectrum, DftFlags.Rows | DftFlags.ComplexOutput);
        using var half = spectrum.ColRange(0, Bins);
        var parts = Cv2.Split(half);
        using var power = new Mat();
        Cv2.Multiply(parts[0], parts[0], parts[0]);
        Cv2.Multiply(parts[1], parts[1], parts[1]);
        Cv2.Add(parts[0], parts[1], power);
        foreach (var part in parts)
            part.Dispose();
        using var mel = new Mat();
        Cv2.Gemm(power, Filters, 1, new Mat(), 0, mel); // (columns, 64)
        Cv2.Add(mel, Scalar.All(Floor), mel);
        Cv2.Log(mel, mel);
        mel.GetRectangularArray(out float[,] values);
        return new LogMel(first, values);
    }

    /// <summary>A band of the column at k * 10 ms; the nearest column beyond those that were computed.</summary>
    public float this[int column, int band] => columns[Math.Clamp(column - first, 0, columns.GetLength(0) - 1), band];

    /// <summary>Mean over the bands: how loud it is.</summary>
    public float Loudness(int column)
    {
        float sum = 0;
        for (var band = 0; band < Bands; band++)
            sum += this[column, band];
        return sum / Bands;
    }

    private static Mat<float> MelFilters()
    {
        static double Mel(double hertz) => 2595 * Math.Log10(1 + hertz / 700);
        static double Hertz(double mel) => 700 * (Math.Pow(10, mel / 2595) - 1);
        var edges = Enumerable.Range(0, Bands + 2).Select(i => Hertz(Mel(Rate / 2.0) * i / (Bands + 1))).ToArray();
        var filters = new Mat<float>(Bins, Bands);
        var indexer = filters.GetIndexer();
        for (var bin = 0; bin < Bins; bin++)
        {
            var frequency = (double)bin * Rate / Transform;
            for (var band = 0; band < Bands; band++)
            {
                double rising = (frequency - edges[band]) / (edges[band + 1] - edges[band]);
                double falling = (edges[band + 2] - frequency) / (edges[band + 2] - edges[band + 1]);
                indexer[bin, band] = (float)Math.Max(0, Math.Min(rising, falling));
            }
        }
        return filters;
    }
}
