using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Argus.Metrics;
using Argus.Video;
using CliWrap;
using OpenCvSharp;

namespace Argus.Data.Audits;

/// <summary>
/// The control for shortcuts: if five numbers about the whole frame tell real from fake on people that were not fitted,
/// a detector can reach its score without looking for any trace, and the data are not fit to train on.
/// </summary>
public static class WholeFrameControl
{
    /// <summary>What <see cref="MeasureAsync(string, CancellationToken)"/> returns, in its order.</summary>
    public static IReadOnlyList<string> Statistics { get; } =
    ["brightness", "contrast", "sharpness", "blockiness", "bytes_per_frame"];

    private const int FramesMeasured = 5;
    private const int BatchSize = 24; // files that one ffmpeg process decodes

    /// <summary>
    /// Brightness: mean luma, 0..255. Contrast: its standard deviation. Sharpness: mean absolute Laplacian. Blockiness:
    /// mean absolute step across the 8x8 grid over that elsewhere. All four averaged over five frames spread over the
    /// video. Last, the file's bytes for each frame.
    /// </summary>
    /// <exception cref="ArgusException">The video cannot be decoded.</exception>
    public static async Task<double[]> MeasureAsync(string path, CancellationToken cancel) =>
        (await MeasureAsync([path], cancel))[0];

    /// <summary>
    /// Measures many videos, several to a decoder process and several processes at once; rows in the order of the
    /// paths.
    /// </summary>
    /// <exception cref="ArgusException">One of the videos cannot be decoded.</exception>
    /// <param name="frames">Frames of each video that are measured.</param>
    public static async Task<double[][]> MeasureAsync(
        IReadOnlyList<string> paths,
        CancellationToken cancel,
        int frames = FramesMeasured
    )
    {
        var rows = new double[paths.Count][];
        var batches = Enumerable.Range(0, paths.Count).Chunk(BatchSize);
        await Parallel.ForEachAsync(
            batches,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel },
            async (batch, token) =>
            {
                var folder = Directory.CreateTempSubdirectory("argus-control-").FullName;
                try
                {
                    List<string> arguments = ["-v", "error", "-nostdin", "-y"];
                    foreach (var i in batch)
                        arguments.AddRange(["-threads", "1", "-i", paths[i]]);
                    for (var k = 0; k < batch.Length; k++)
                        arguments.AddRange([
                            "-map",
                            $"{k}:v:0",
                            "-pix_fmt",
                            "gray",
                            "-f",
                            "yuv4mpegpipe",
                            "-strict",
                            "-1",
                            At(k),
                        ]);
                    var (code, error) = await Ffmpeg.RunAsync(Ffmpeg.Program, arguments, null, PipeTarget.Null, token);
                    if (code != 0)
                        throw new ArgusException(
                            $"ffmpeg could not decode one of {string.Join(", ", batch.Select(i => paths[i]))}: {error}"
                        );
                    for (var k = 0; k < batch.Length; k++)
                        rows[batch[k]] = Measure(At(k), frames, new FileInfo(paths[batch[k]]).Length, paths[batch[k]]);
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }

                string At(int k) => Path.Combine(folder, $"{k}.y4m");
            }
        );
        return rows;
    }

    /// <summary>
    /// ROC AUC on the test videos of a logistic regression fitted on the training videos; 0 real, 1 fake. About 0.5
    /// means that the whole frame gives nothing away. The two lists should share no person.
    /// </summary>
    internal static async Task<double> AucAsync(
        IReadOnlyList<(string Path, int Label)> training,
        IReadOnlyList<(string Path, int Label)> test,
        CancellationToken cancel
    )
    {
        var rows = await MeasureAsync([.. training.Concat(test).Select(video => video.Path)], cancel);
        return Auc(
            [.. rows.Zip(training.Concat(test), (row, video) => (row, video.Label)).Take(training.Count)],
            [.. rows.Zip(training.Concat(test), (row, video) => (row, video.Label)).Skip(training.Count)]
        );
    }

    /// <summary>The AUC over rows that were measured before.</summary>
    internal static double Auc(
        IReadOnlyList<(double[] Row, int Label)> training,
        IReadOnlyList<(double[] Row, int Label)> test
    )
    {
        var model = LogisticRegression.Fit(
            [.. training.Select(sample => sample.Row)],
            [.. training.Select(sample => sample.Label)]
        );
        return new RocCurve(
            [.. test.Select(sample => sample.Label)],
            [.. test.Select(sample => model.Score(sample.Row))]
        ).Auc;
    }

    /// <summary>Root mean square of the sound in dBFS, a sixth number; -100 without sound.</summary>
    /// <exception cref="UnreadableVideoException">It is no video, or its sound cannot be decoded.</exception>
    public static async Task<double> LoudnessAsync(string path, CancellationToken cancel)
    {
        if ((await VideoProbe.ReadAsync(path, cancel)).Sound is null)
            return -100;
        var output = new MemoryStream();
        var (code, error) = await Ffmpeg.RunAsync(
            Ffmpeg.Program,
            ["-v", "error", "-nostdin", "-i", "file:" + path, "-vn", "-ac", "1", "-f", "s16le", "-"],
            null,
            PipeTarget.ToStream(output),
            cancel
        );
        if (code != 0)
            throw new UnreadableVideoException(VideoProbe.FirstLine(error));
        double sum = 0;
        var samples = MemoryMarshal.Cast<byte, short>(output.GetBuffer().AsSpan(0, (int)output.Length));
        foreach (var sample in samples)
            sum += (double)sample * sample;
        return Math.Max(-100, 10 * Math.Log10(sum / Math.Max(1, samples.Length) / (32768.0 * 32768) + 1e-12));
    }

    // A Y4M file: one line of parameters ("YUV4MPEG2 W128 H128 …"), then "FRAME\n" and the luma for each frame.
    private static double[] Measure(string y4m, int wanted, long bytes, string path)
    {
        var content = File.ReadAllBytes(y4m);
        var end = Array.IndexOf(content, (byte)'\n');
        if (end < 0)
            throw new ArgusException($"{path} has no frame that can be decoded.");
        var header = Encoding.ASCII.GetString(content, 0, end).Split(' ');
        int Parameter(char name) =>
            int.Parse(
                header.First(part => part[0] == name && part.Length > 1 && char.IsAsciiDigit(part[1])).AsSpan(1),
                CultureInfo.InvariantCulture
            );
        int width = Parameter('W');
        int height = Parameter('H');
        int stride = width * height + 6;
        var frames = (content.Length - end - 1) / stride;
        if (frames == 0)
            throw new ArgusException($"{path} has no frame that can be decoded.");

        var sums = new double[Statistics.Count];
        var measured = Math.Min(wanted, frames);
        for (var k = 0; k < measured; k++)
        {
            var frame = measured == 1 ? 0 : k * (frames - 1) / (measured - 1);
            var luma = content.AsSpan(end + 1 + frame * stride + 6, width * height).ToArray();
            using var picture = Mat.FromPixelData(height, width, MatType.CV_8UC1, luma);
            Cv2.MeanStdDev(picture, out var mean, out var deviation);
            using var laplacian = new Mat();
            Cv2.Laplacian(picture, laplacian, MatType.CV_16S);
            sums[0] += mean.Val0;
            sums[1] += deviation.Val0;
            sums[2] += Cv2.Norm(laplacian, NormTypes.L1) / (width * height);
            sums[3] += Blockiness(luma, width, height);
        }
        for (var i = 0; i < 4; i++)
            sums[i] /= measured;
        sums[4] = (double)bytes / frames;
        return sums;
    }

    private static double Blockiness(byte[] luma, int width, int height)
    {
        Span<double> sums = stackalloc double[2];
        Span<double> counts = stackalloc double[2];
        for (var y = 1; y < height; y++)
        {
            for (var x = 1; x < width; x++)
            {
                int at = y * width + x;
                int column = x % 8 == 0 ? 1 : 0;
                int row = y % 8 == 0 ? 1 : 0;
                sums[column] += Math.Abs(luma[at] - luma[at - 1]);
                counts[column]++;
                sums[row] += Math.Abs(luma[at] - luma[at - width]);
                counts[row]++;
            }
        }
        return sums[1] / Math.Max(1, counts[1]) / (sums[0] / Math.Max(1, counts[0]) + 1e-6);
    }
}
