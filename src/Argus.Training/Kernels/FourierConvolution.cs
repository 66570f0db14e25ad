using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// Convolution with a large kernel, stride 1, as large as its input, by Fourier transforms of overlapping tiles
/// (overlap-save): a product for each frequency takes the place of one for each of the kernel's pixels. Of 9x9 kernels
/// it is a ninth of the arithmetic, of 5x5 a fifth; the results are closer to the exact ones than libtorch's.
/// </summary>
/// <param name="x">Pictures <c>(N, C, H, W)</c>, channels-last.</param>
/// <param name="weight"><c>(O, C, K, K)</c>, K odd.</param>
internal sealed unsafe class FourierConvolution<TInput, TOutput>(Tensor x, Tensor weight)
    where TInput : struct, IVector<TInput>
    where TOutput : struct, IVector<TOutput>
{
    // Tiles whose spectra are multiplied together: as many as share a kernel's spectrum while it is in the cache.
    private const int Together = 8;

    // Sums of the weights' gradient that are made apart and then added: always as many, whatever the threads, so that
    // the result is the same.
    private const int Sums = 8;

    private int Kernel => (int)weight.size(2);
    private int Inputs => (int)weight.size(1);
    private int Outputs => (int)weight.size(0);

    /// <summary>The result <c>(N, O, H, W)</c>, channels-last.</summary>
    /// <param name="bias">O values.</param>
    public Tensor Convolve(Tensor bias)
    {
        var tiles = TileGrid.Create(x, Kernel);
        var y = empty(tiles.Images, tiles.Height, tiles.Width, Outputs);
        using var kernel = KernelSpectrum<TOutput>(weight.permute(1, 2, 3, 0).contiguous());
        var read = new TileTransform<TInput>(Inputs, Together);
        var write = new TileTransform<TOutput>(Outputs, Together);
        var source = new Pictures<TInput>(Pixels.Start(x), tiles.Height, tiles.Width, Inputs);
        var target = new Pictures<TOutput>(Pixels.Start(y), tiles.Height, tiles.Width, Outputs);
        float* factors = Pixels.Start(kernel);
        float* shift = Pixels.Start(bias);
        Work(
            tiles.Batches(Together),
            read.Length + write.Length,
            (batch, room, scratch) =>
            {
                float* result = room + read.Length;
                var (first, count) = tiles.Batch(batch, Together);
                for (var i = 0; i < count; i++)
                {
                    var tile = tiles.At(first + i);
                    read.Read(source, tiles.WithMargin(tile), 1, room + i * read.Row, scratch);
                }
                Multiply(read, room, factors, write, result, Inputs);
                for (var i = 0; i < count; i++)
                {
                    write.Write(result + i * write.Row, target, tiles.At(first + i), shift, scratch);
                }
            }
        );
        return y.permute(0, 3, 1, 2);
    }

    /// <summary>
    /// Both gradients from one spectrum of the given one: the input's by the kernel turned round; the weight's from
    /// tiles of the input that do not overlap.
    /// </summary>
    /// <param name="given">The gradient of the result.</param>
    public (Tensor Input, Tensor Weight) Gradients<TSource>(TSource given)
        where TSource : struct, ITileSource
    {
        var tiles = TileGrid.Create(x, Kernel);
        var dx = empty(tiles.Images, tiles.Height, tiles.Width, Inputs);
        using var kernel = KernelSpectrum<TInput>(weight.flip(2, 3).permute(0, 2, 3, 1).contiguous());
        var read = new TileTransform<TOutput>(Outputs, Together);
        var write = new TileTransform<TInput>(Inputs, Together);
        var sums = new TileTransform<TOutput>(Outputs, Inputs);
        using var products = zeros(Sums, sums.Length);
        var input = new Pictures<TInput>(Pixels.Start(x), tiles.Height, tiles.Width, Inputs);
        var target = new Pictures<TInput>(Pixels.Start(dx), tiles.Height, tiles.Width, Inputs);
        float* factors = Pixels.Start(kernel);
        float* product = Pixels.Start(products);
        var batches = tiles.Batches(Together);
        Work(
            Sums,
            read.Length + write.Length,
            (part, room, scratch) =>
            {
                float* own = room + read.Length;
                for (var batch = part * batches / Sums; batch < (part + 1) * batches / Sums; batch++)
                {
                    var (first, count) = tiles.Batch(batch, Together);
                    for (var i = 0; i < count; i++)
                    {
                        var tile = tiles.At(first + i);
                        read.Read(given, tiles.WithMargin(tile), 1, room + i * read.Row, scratch);
                        // Its spectrum backwards is the conjugate of the input's: of both pictures apart, then.
                        write.Read(input, tile, -1, own + i * write.Row, scratch);
                    }
                    AddProducts(write, own, read, room, sums, product + part * sums.Length, count);
                    Multiply(read, room, factors, write, own, Outputs);
                    for (var i = 0; i < count; i++)
                    {
                        write.Write(own + i * write.Row, target, tiles.At(first + i), null, scratch);
                    }
                }
            }
        );
        return (dx.permute(0, 3, 1, 2), WeightGradient(sums, products));
    }

    // (O, C, K, K) from spectra (C rows of O).
    private Tensor WeightGradient(TileTransform<TOutput> sums, Tensor products)
    {
        using var whole = products.sum([0]).Over(TileTransform<TOutput>.Frequencies);
        var turned = empty(Inputs, Kernel, Kernel, Outputs);
        float* spectrum = Pixels.Start(whole);
        float* to = Pixels.Start(turned);
        Work(
            Inputs,
            0,
            (c, _, scratch) =>
            {
                var pictures = new Pictures<TOutput>(to, Kernel, Kernel, Outputs);
                sums.Write(spectrum + c * sums.Row, pictures, new(c, -1, 0, 0, Kernel), null, scratch);
            }
        );
        return turned.flip(1, 2).permute(3, 0, 1, 2);
    }

    // The conjugates of a kernel's spectra (which correlate, as convolutions of networks do), over the 256 that the
    // transforms there and back multiply with.
    private static Tensor KernelSpectrum<TVector>(Tensor weights)
        where TVector : struct, IVector<TVector>
    {
        var (rows, size, columns) = ((int)weights.size(0), (int)weights.size(1), (int)weights.size(3));
        var transform = new TileTransform<TVector>(columns, rows);
        var spectrum = empty(transform.Length);
        float* to = Pixels.Start(spectrum);
        float* from = Pixels.Start(weights);
        Work(
            rows,
            0,
            (row, _, scratch) =>
            {
                var pictures = new Pictures<TVector>(from, size, size, columns);
                float* start = to + row * transform.Row;
                transform.Read(pictures, new(row, -1, 0, 0, size), 1, start, scratch);
                var scale = TVector.Create(1f / TileTransform<TVector>.Frequencies);
                for (var frequency = 0; frequency < TileTransform<TVector>.Frequencies; frequency++)
                {
                    float* value = start + frequency * transform.Step;
                    for (var slot = 0; slot < transform.Slots; slot++, value += 2 * TVector.Lanes)
                    {
                        (TVector.Load(value) * scale).Store(value);
                        (TVector.Load(value + TVector.Lanes) * -scale).Store(value + TVector.Lanes);
                    }
                }
            }
        );
        weights.Dispose();
        return spectrum;
    }

    // For each frequency: (tiles x from's channels) times (from's channels x to's).
    private static void Multiply<TFrom, TTo>(
        TileTransform<TFrom> from,
        float* a,
        float* kernel,
        TileTransform<TTo> to,
        float* result,
        int channels
    )
        where TFrom : struct, IVector<TFrom>
        where TTo : struct, IVector<TTo>
    {
        nint step = 2 * TTo.Lanes;
        var (columns, slots, fromRow, toRow) = (to.Slots, from.Slots, from.Row, to.Row);
        var skip = from.Repeated(slots - 1);
        for (var frequency = 0; frequency < TileTransform<TTo>.Frequencies; frequency++)
        {
            for (var column = 0; column < columns; column++)
            {
                for (var tile = 0; tile < Together; tile += ComplexProduct<TTo>.Rows)
                {
                    float* start = a + tile * fromRow;
                    float* b = kernel + column * step;
                    float* c = result + tile * toRow + column * step;
                    for (var slot = 0; slot < slots; slot++, start += 2 * TFrom.Lanes)
                    {
                        var first = slot == slots - 1 ? skip : 0;
                        var length = TFrom.Lanes - first;
                        ComplexProduct<TTo>.Multiply(
                            start + first,
                            fromRow,
                            1,
                            TFrom.Lanes,
                            b,
                            toRow,
                            c,
                            toRow,
                            length,
                            slot > 0
                        );
                        b += length * toRow;
                    }
                }
            }
            a += from.Step;
            kernel += channels * toRow + 16;
            result += to.Step;
        }
    }

    // For each frequency: (input's channels x tiles) times (tiles x output's channels), added.
    private static void AddProducts(
        TileTransform<TInput> input,
        float* a,
        TileTransform<TOutput> output,
        float* b,
        TileTransform<TOutput> sums,
        float* result,
        int count
    )
    {
        const int side = 16;
        nint step = 2 * TOutput.Lanes;
        for (var frequency = 0; frequency < TileTransform<TOutput>.Frequencies; frequency++)
        {
            var backwards = (side - frequency / side) % side * side + (side - frequency % side) % side;
            for (var column = 0; column < output.Slots; column++)
            {
                float* c = result + frequency * sums.Step + column * step;
                for (var slot = 0; slot < input.Slots; slot++)
                {
                    for (var lane = input.Repeated(slot); lane < TInput.Lanes; lane += 4, c += 4 * sums.Row)
                        ComplexProduct<TOutput>.Multiply(
                            a + backwards * input.Step + slot * 2 * TInput.Lanes + lane,
                            1,
                            input.Row,
                            TInput.Lanes,
                            b + frequency * output.Step + column * step,
                            output.Row,
                            c,
                            sums.Row,
                            count,
                            adds: true
                        );
                }
            }
        }
    }

    // With room to transform tiles in behind what is asked for.
    private static void Work(int items, nint room, Body body) =>
        ParallelLoop.ForEach(
            items,
            room + Math.Max(TileTransform<TInput>.Scratch, TileTransform<TOutput>.Scratch),
            (item, start) => body(item, start, start + room)
        );

    private delegate void Body(int item, float* room, float* scratch);
}
