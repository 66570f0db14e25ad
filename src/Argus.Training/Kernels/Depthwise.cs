using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// The middle of an inverted residual block in training: act(norm(x)), depthwise convolution as large as its input over
/// the stride, norm, activation, squeeze and excitation. What lies between normalisation and convolution exists a few
/// rows at a time, forward and backward: neither the convolution's input nor the gradient of its output is ever
/// written, and sums for both normalisations are made while the rows are in the cache.
/// </summary>
/// <param name="before">The normalisation of x; null where the convolution is of x itself.</param>
/// <param name="after">The normalisation of what the convolution gives.</param>
/// <param name="stride">1 or 2.</param>
internal sealed unsafe class Depthwise<TActivation, TVector>(NormParameters? before, NormParameters after, int stride)
    : Operator
    where TActivation : struct, IActivation
    where TVector : struct, IVector<TVector>
{
    private readonly Normalisation<TVector>? first = before is { } given ? new(given) : null;
    private readonly Normalisation<TVector> second = new(after);
    private Squeeze<TActivation, TVector> squeeze = null!;
    private Tensor x = null!;
    private Tensor weight = null!;
    private Pixels input;
    private NormPointers source;
    private int kernel;

    private int Half => kernel / 2;

    /// <param name="inputs">
    /// x, the convolution's weight <c>(C, 1, K, K)</c>, weight and bias of the second normalisation, then of the first
    /// one if there is one, then what squeeze and excitation learns.
    /// </param>
    protected override Tensor Forward(Tensor[] inputs)
    {
        x = Keep(inputs[0]);
        weight = Keep(inputs[1]);
        kernel = (int)weight.size(2);
        first?.Take(this, x, inputs[4], inputs[5]);
        input = Pixels.Create(x, TVector.Lanes);
        source = first?.At ?? new() { X = Pixels.Start(x) };
        using (var moments = Convolve(out var convolved))
            second.Take(this, convolved, inputs[2], inputs[3], moments);
        squeeze = new(second);
        return squeeze.Forward(this, inputs[(first is null ? 4 : 6)..]);
    }

    protected override Tensor?[] Backward(Tensor gradient)
    {
        float* g = Pixels.Start(gradient.Nhwc());
        var gradients = squeeze.Backward(this, g); // of the second norm's weight and bias, then of what is learned
        var dx = empty(input.Images, input.Height, input.Width, input.Channels).permute(0, 3, 1, 2);
        using var slopes = new Sums(input, 2);
        using var products = zeros(input.Images, kernel * kernel * input.Slots * TVector.Lanes);
        Spread(g, Pixels.Start(dx), slopes, Pixels.Start(products));
        var dw = KernelGradient(products);
        if (first is null)
            return [dx, dw, gradients[0], gradients[1], .. gradients[2..]];
        var (w, b) = first.Solve(c =>
        {
            double slope = 0;
            double product = 0;
            for (var image = 0; image < input.Images; image++)
            {
                slope += slopes[image, 0, c, 0];
                product += slopes[image, 0, c, 1];
            }
            return (slope, product);
        });
        using var given = dx;
        return
        [
            first.Spread<TActivation>(Pixels.Start(given), null, null),
            dw,
            gradients[0],
            gradients[1],
            w,
            b,
            .. gradients[2..],
        ];
    }

    // The kernel as registers: (slots, K, K, lanes). Turned round it is for the gradient of the input.
    private Tensor KernelRegisters(bool turned)
    {
        var size = kernel * kernel;
        var registers = empty(input.Slots * size * TVector.Lanes);
        float* from = Pixels.Start(weight);
        float* to = Pixels.Start(registers);
        for (var slot = 0; slot < input.Slots; slot++)
        {
            float* first = from + input.Channel(slot) * size;
            for (var k = 0; k < size; k++)
            {
                float* value = first + (turned ? size - 1 - k : k);
                for (var lane = 0; lane < TVector.Lanes; lane++)
                    *to++ = value[lane * size];
            }
        }
        return registers;
    }

    // (C, 1, K, K) of sums (images, slots, K, K, lanes).
    private Tensor KernelGradient(Tensor products)
    {
        using var sums = products.sum([0]);
        var size = kernel * kernel;
        var gradient = empty(input.Channels, 1, kernel, kernel);
        float* from = Pixels.Start(sums);
        float* to = Pixels.Start(gradient);
        for (var channel = 0; channel < input.Channels; channel++)
        {
            var slot = channel / TVector.Lanes;
            float* value = from + slot * size * TVector.Lanes + channel - input.Channel(slot);
            for (var k = 0; k < size; k++, value += TVector.Lanes)
                *to++ = *value;
        }
        return gradient;
    }

    // Moments of what it gives, for the second normalisation.
    private Sums Convolve(out Tensor convolved)
    {
        int height = (input.Height + stride - 1) / stride;
        int width = (input.Width + stride - 1) / stride;
        convolved = empty(input.Images, height, width, input.Channels).permute(0, 3, 1, 2);
        var output = Pixels.Create(convolved, TVector.Lanes);
        var moments = new Sums(output, 3);
        using var registers = KernelRegisters(turned: false);
        float* kernels = Pixels.Start(registers);
        float* target = Pixels.Start(convolved);
        ParallelLoop.ForEach(
            input.Images,
            new RowRing<TVector>(null, kernel, input.Slots, input.Width).Length,
            (image, room) =>
            {
                var ring = new RowRing<TVector>(room, kernel, input.Slots, input.Width);
                new Span<float>(room, (int)ring.Length).Clear();
                float** rows = stackalloc float*[kernel];
                float** weights = stackalloc float*[kernel];
                var filled = 0;
                for (var y = 0; y < height; y++)
                {
                    for (; filled <= Math.Min(y * stride + Half, input.Height - 1); filled++)
                        FillActivated(ring, image, filled);
                    var line = ((nint)image * output.PerImage + y * width) * input.Channels;
                    for (var slot = 0; slot < output.Slots; slot++)
                    {
                        float* own = kernels + (nint)slot * kernel * kernel * TVector.Lanes;
                        var count = Window(ring, y * stride, slot, own, rows, weights, 1, input.Height);
                        float* to = target + line + input.Channel(slot);
                        DepthwiseRows<TVector>.Convolve(
                            rows,
                            weights,
                            count,
                            kernel,
                            stride,
                            to,
                            input.Channels,
                            width
                        );
                        AddMoments(to, input.Channels, width, y == 0, moments.At(image, 0, slot));
                    }
                }
            }
        );
        return moments;
    }

    // The slot in the rows around one that are in the picture and not between its rows, with the kernel's row for each.
    private int Window(
        RowRing<TVector> ring,
        int row,
        int slot,
        float* kernels,
        float** rows,
        float** weights,
        int every,
        int height
    )
    {
        var count = 0;
        for (var k = 0; k < kernel; k++)
        {
            var at = row + k - Half;
            if (at < 0 || at % every != 0 || at / every >= height)
                continue;
            rows[count] = ring.At(at) + slot * ring.Slot;
            weights[count++] = kernels + (nint)k * kernel * TVector.Lanes;
        }
        return count;
    }

    private void FillActivated(RowRing<TVector> ring, int image, int row)
    {
        nint step = input.Channels;
        var line = ((nint)image * input.PerImage + row * input.Width) * step;
        if (row + 1 < input.Height)
            Pixels.Fetch(source.X, line + input.Width * step, input.Width * input.Channels);
        for (var slot = 0; slot < input.Slots; slot++)
        {
            var channel = input.Channel(slot);
            float* from = source.X + line + channel;
            float* to = ring.At(row) + slot * ring.Slot + ring.Margin;
            if (first is null)
            {
                for (var i = 0; i < input.Width; i++, from += step, to += TVector.Lanes)
                    TVector.Load(from).Store(to);
                continue;
            }
            var scale = TVector.Load(source.A + channel);
            var shift = TVector.Load(source.B + channel);
            for (var i = 0; i < input.Width; i++, from += step, to += TVector.Lanes)
                TActivation.Activate(TVector.MultiplyAdd(TVector.Load(from), scale, shift)).Store(to);
        }
    }

    // Of a row of results that is still in the cache.
    private static void AddMoments(float* row, nint step, int width, bool isFirst, float* sums)
    {
        nint lanes = TVector.Lanes;
        if (isFirst)
            TVector.Load(row).Store(sums + 2 * lanes);
        var k = TVector.Load(sums + 2 * lanes);
        var sum = TVector.Load(sums);
        var square = TVector.Load(sums + lanes);
        for (var i = 0; i < width; i++, row += step)
        {
            var d = TVector.Load(row) - k;
            sum += d;
            square = TVector.MultiplyAdd(d, d, square);
        }
        sum.Store(sums);
        square.Store(sums + lanes);
    }

    // The gradient of the convolution's input to dx; sums for the first normalisation and for the kernel.
    private void Spread(float* g, float* dx, Sums slopes, float* products)
    {
        var output = second.Pixels;
        var at = second.At with { G = g, S = squeeze.S, Q = squeeze.Q };
        using var registers = KernelRegisters(turned: true);
        float* kernels = Pixels.Start(registers);
        var size = kernel * kernel * TVector.Lanes;
        ParallelLoop.ForEach(
            input.Images,
            2 * new RowRing<TVector>(null, kernel, input.Slots, input.Width).Length,
            (image, room) =>
            {
                var ring = new RowRing<TVector>(room, kernel, input.Slots, input.Width);
                var given = new RowRing<TVector>(room + ring.Length, kernel, input.Slots, input.Width);
                new Span<float>(room, 2 * (int)ring.Length).Clear();
                float** rows = stackalloc float*[kernel];
                float** weights = stackalloc float*[kernel];
                var filled = 0;
                for (var y = 0; y < input.Height; y++)
                {
                    for (; filled <= Math.Min(y + Half, input.Height - 1); filled++)
                    {
                        FillActivated(ring, image, filled);
                        if (filled % stride == 0)
                            FillGiven(given, at, image, filled / stride);
                    }
                    var line = ((nint)image * input.PerImage + y * input.Width) * input.Channels;
                    for (var slot = 0; slot < input.Slots; slot++)
                    {
                        if (y % stride == 0)
                        {
                            float* sums = products + ((nint)image * input.Slots + slot) * size;
                            var near = Window(ring, y, slot, sums, rows, weights, 1, input.Height);
                            float* own = given.At(y) + slot * given.Slot + given.Margin;
                            for (var row = 0; row < near; row++)
                                DepthwiseRows<TVector>.Correlate(
                                    own,
                                    rows[row],
                                    kernel,
                                    stride,
                                    output.Width,
                                    weights[row]
                                );
                        }
                        float* turned = kernels + (nint)slot * size;
                        var count = Window(given, y, slot, turned, rows, weights, stride, output.Height);
                        float* to = dx + line + input.Channel(slot);
                        DepthwiseRows<TVector>.Convolve(
                            rows,
                            weights,
                            count,
                            kernel,
                            1,
                            to,
                            input.Channels,
                            input.Width
                        );
                        if (first is not null)
                            AddSlopes(to, line, slot, slopes.At(image, 0, slot));
                    }
                }
            }
        );
    }

    // A row of the gradient of what the convolution gave, spaced by the stride; as NormPasses.Spread.
    private void FillGiven(RowRing<TVector> ring, NormPointers at, int image, int row)
    {
        var output = second.Pixels;
        nint step = output.Channels;
        var line = ((nint)image * output.PerImage + row * output.Width) * step;
        if (row + 1 < output.Height)
        {
            Pixels.Fetch(at.X, line + output.Width * step, output.Width * output.Channels);
            Pixels.Fetch(at.G, line + output.Width * step, output.Width * output.Channels);
        }
        for (var slot = 0; slot < output.Slots; slot++)
        {
            var channel = output.Channel(slot);
            var scale = TVector.Load(at.A + channel);
            var shift = TVector.Load(at.B + channel);
            var constant = TVector.Load(at.E + channel);
            var linear = TVector.Load(at.F + channel);
            var factor = TVector.Load(at.S + image * step + channel);
            var even = TVector.Load(at.Q + image * step + channel);
            float* from = at.X + line + channel;
            float* gradient = at.G + line + channel;
            float* to = ring.At(row * stride) + slot * ring.Slot + ring.Margin;
            for (var i = 0; i < output.Width; i++, from += step, gradient += step, to += stride * TVector.Lanes)
            {
                var value = TVector.Load(from);
                var slope = TActivation.Slope(TVector.MultiplyAdd(value, scale, shift), out _) * scale;
                var own = TVector.MultiplyAdd(TVector.Load(gradient), factor, even);
                (own * slope - TVector.MultiplyAdd(value, linear, constant)).Store(to);
            }
        }
    }

    // As NormPasses.Slopes, of a row that is still in the cache.
    private void AddSlopes(float* gradient, nint line, int slot, float* sums)
    {
        nint lanes = TVector.Lanes;
        nint step = input.Channels;
        var channel = input.Channel(slot);
        float* from = source.X + line + channel;
        var scale = TVector.Load(source.A + channel);
        var shift = TVector.Load(source.B + channel);
        var centre = TVector.Load(source.Mean + channel);
        var sum = TVector.Load(sums);
        var product = TVector.Load(sums + lanes);
        for (var i = 0; i < input.Width; i++, from += step, gradient += step)
        {
            var value = TVector.Load(from);
            var slope = TActivation.Slope(TVector.MultiplyAdd(value, scale, shift), out _) * TVector.Load(gradient);
            sum += slope;
            product = TVector.MultiplyAdd(slope, value - centre, product);
        }
        sum.Store(sums);
        product.Store(sums + lanes);
    }
}
