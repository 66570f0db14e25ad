using System.Globalization;
using Argus.Imaging;
using Argus.Scores;
using Argus.Views;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Argus.Detection;

/// <summary>
/// A detector of other origin in ONNX Runtime: a classifier of single pictures, which its <see cref="ForeignCard"/>
/// describes. Its file is used as it was published.
/// </summary>
public sealed class ForeignModelFile : CouncilModel
{
    private const double GoldenTolerance = 1e-3; // share of the log odds
    private const int CellsAtOnce = 7;
    private const int Channels = 3;

    private readonly InferenceSession session;
    private readonly ForeignCard card;
    private readonly string input;
    private readonly string output;
    private readonly bool channelsLast;
    private readonly bool oneByOne;

    private ForeignModelFile(string path, InferenceSession session, ForeignCard card)
        : base(path, card.Recipe, card.CreatePreprocessing(), card.Calibration)
    {
        this.session = session;
        this.card = card;
        input = Choose("input", card.Input, [.. session.InputMetadata.Keys]);
        output = Choose("output", card.Output, [.. session.OutputMetadata.Keys]);
        if (session.InputMetadata[input].ElementType != typeof(float))
            throw Unfit($"its input {input} takes {session.InputMetadata[input].ElementType.Name}, not 32-bit floats");
        int[] shape = session.InputMetadata[input].Dimensions;
        var size = Preprocessing.ImageSize;
        bool Fits(int at, int wanted) => shape[at] < 0 || shape[at] == wanted;
        if (shape.Length != 4)
            throw Unfit(
                $"its input {input} has {shape.Length} dimensions; pictures have 4: batch, channels, height, width"
            );
        if (Fits(1, Channels) && Fits(2, size) && Fits(3, size))
            channelsLast = false;
        else if (Fits(1, size) && Fits(2, size) && Fits(3, Channels))
            channelsLast = true;
        else
            throw Unfit(
                $"its input {input} is {string.Join('x', shape)}, and the card says {size}x{size} pixels (input.size)"
            );
        oneByOne = shape[0] == 1;
        if (shape[0] > 1)
            throw Unfit(
                $"it takes {shape[0]} pictures at a time, no more and no fewer; export it with a free batch size"
            );
    }

    /// <inheritdoc/>
    public override string LooksFor => card.LooksFor;

    /// <param name="path">The ONNX file.</param>
    /// <param name="card">What it is.</param>
    /// <param name="threads">Processor cores for one call; 0: all.</param>
    /// <exception cref="ArgusException">It is no such model; the message says why.</exception>
    public static ForeignModelFile Load(string path, ForeignCard card, int threads = 0)
    {
        var session = OnnxSession.Open(path, threads);
        try
        {
            return new ForeignModelFile(path, session, card);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private string Choose(string what, string wanted, IReadOnlyList<string> names) =>
        wanted.Length == 0
            ? names.Count == 1
                ? names[0]
                : throw Unfit(
                    $"it has {names.Count} {what}s, {string.Join(", ", names)}; say which (the card's {what}.name)"
                )
            : names.Contains(wanted)
                ? wanted
                : throw Unfit(
                    $"it has no {what} {wanted}; there is {string.Join(", ", names)} (the card's {what}.name)"
                );

    private ArgusException Unfit(string why) => new($"{Path} cannot be a member: {why}.");

    internal override SpecialistRecord Describe(string name, string sha256) =>
        new(
            name,
            sha256,
            card.Sha256,
            card.WeightsSha256.Length > 0 ? card.WeightsSha256 : sha256,
            card.WeightsSha256.Length > 0 ? "fp32" : "as published",
            $"{card.Title}, {card.Source} ({card.Licence})",
            CalibratedOn
        );

    internal override (double[] Odds, float[][] Features) Judge(IReadOnlyDictionary<string, float[]> inputs) =>
        (Run(inputs[View.Rgb]), []);

    /// <inheritdoc/>
    public override double[][] OcclusionSensitivity(IReadOnlyDictionary<string, float[]> inputs) =>
        [.. inputs[View.Rgb].Chunk(ClipLength).Select(OccludeCells)];

    // A cell that is not there is grey: the mean colour, which is 0.
    private double[] OccludeCells(float[] picture)
    {
        var whole = Run(picture)[0];
        var without = Enumerable
            .Range(0, Cells)
            .Chunk(CellsAtOnce)
            .SelectMany(cells => Run([.. cells.SelectMany(cell => Without(picture, cell))]));
        return [.. without.Select(odds => whole - odds)];
    }

    private float[] Without(float[] picture, int cell)
    {
        var size = Preprocessing.ImageSize;
        int Edge(int of) => of * size / CellsAcross;
        var changed = (float[])picture.Clone();
        var (row, column) = (cell / CellsAcross, cell % CellsAcross);
        for (var channel = 0; channel < Channels; channel++)
        {
            for (var y = Edge(row); y < Edge(row + 1); y++)
                changed.AsSpan((channel * size + y) * size + Edge(column), Edge(column + 1) - Edge(column)).Clear();
        }
        return changed;
    }

    /// <summary>Its log odds of the golden input.</summary>
    /// <exception cref="ArgusException">It cannot be run, or answers no number.</exception>
    public double Golden() => Run(GoldenInput.Create(View.Rgb, ClipLength))[0];

    /// <inheritdoc/>
    public override double Check()
    {
        var difference = Math.Abs(Golden() - card.Golden);
        return difference <= GoldenTolerance * Math.Max(1, Math.Abs(card.Golden))
            ? difference
            : throw new ArgusException(
                $"{Path} does not compute what it did when it was added (log odds differ by "
                    + $"{difference.ToString("0.000000", CultureInfo.InvariantCulture)}). Add it anew."
            );
    }

    // Log odds of pictures that are normalised as ours are, channels first.
    private double[] Run(float[] pictures)
    {
        var count = pictures.Length / ClipLength;
        var wanted = new float[pictures.Length];
        for (var picture = 0; picture < count; picture++)
            Convert(pictures.AsSpan(picture * ClipLength, ClipLength), wanted.AsSpan(picture * ClipLength, ClipLength));
        return oneByOne ? [.. wanted.Chunk(ClipLength).SelectMany(one => RunBatch(one, 1))] : RunBatch(wanted, count);
    }

    private double[] RunBatch(float[] values, int count)
    {
        SignalStack.Widen();
        var size = Preprocessing.ImageSize;
        int[] shape = channelsLast ? [count, size, size, Channels] : [count, Channels, size, size];
        float[] answer;
        try
        {
            using var results = session.Run(
                [NamedOnnxValue.CreateFromTensor(input, new DenseTensor<float>(values, shape))],
                [output]
            );
            answer = results[0].Value is Tensor<float> floats
                ? [.. floats]
                : throw Unfit($"its output {output} is not of 32-bit floats");
        }
        catch (OnnxRuntimeException error)
        {
            throw Unfit($"it does not run on {size}x{size} pixels: {error.Message}");
        }
        if (answer.Length == 0 || answer.Length % count != 0)
            throw Unfit($"its output {output} has {answer.Length} numbers for {count} pictures");
        if (answer.Any(number => !float.IsFinite(number)))
            throw Unfit($"its output {output} is not a number (NaN, or infinite)");
        return [.. answer.Chunk(answer.Length / count).Select(ToOdds)];
    }

    private double ToOdds(float[] answer)
    {
        if (card.Kind == OutputKind.Logit || (card.Kind == OutputKind.Probability && answer.Length == 1))
        {
            if (answer.Length != 1)
                throw Unfit(
                    $"its output {output} has {answer.Length} numbers a picture, and the card says one (output.kind)"
                );
            double value = card.Kind == OutputKind.Logit ? answer[0] : Odds.ToLogit(answer[0]);
            return card.Fake == 0 ? -value : value;
        }
        if (card.Fake >= answer.Length || answer.Length < 2)
            throw Unfit(
                $"its output {output} has {answer.Length} numbers a picture, and the card says that number {card.Fake} "
                    + "is fake (output.fake, from 0)"
            );
        var others = answer.Where((_, place) => place != card.Fake).ToList();
        if (card.Kind == OutputKind.Probability)
            return Odds.ToLogit(answer[card.Fake] / answer.Sum());
        double largest = others.Max();
        return answer[card.Fake] - largest - Math.Log(others.Sum(other => Math.Exp(other - largest)));
    }

    private void Convert(ReadOnlySpan<float> ours, Span<float> theirs)
    {
        var plane = ours.Length / Channels;
        for (var channel = 0; channel < Channels; channel++)
        {
            var from = card.Colour == ColourOrder.Rgb ? channel : Channels - 1 - channel;
            var factor = card.White * Imaging.Preprocessing.Std[from] / card.Std[channel];
            var shift = (card.White * Imaging.Preprocessing.Mean[from] - card.Mean[channel]) / card.Std[channel];
            for (var pixel = 0; pixel < plane; pixel++)
                theirs[channelsLast ? pixel * Channels + channel : channel * plane + pixel] = (float)(
                    ours[from * plane + pixel] * factor + shift
                );
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => session.Dispose();
}
