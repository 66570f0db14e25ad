using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// The passes over pictures that batch normalisation with what follows it consists of. With y = x a + b (a and b of the
/// channel) and z = act(y), each reads what it needs once, keeps nothing between, and leaves sums per image, group and
/// channel.
/// </summary>
internal static unsafe class NormPasses
{
    private delegate void Body(int image, int group, nint offset, int length);

    // What a run reads is fetched while the one before it is worked on: slot after slot is no order that the processor
    // foresees.
    private static void Walk(Pixels pixels, float* first, float* second, Body body)
    {
        var runs = pixels.Runs;
        ParallelLoop.ForEach(
            pixels.Images,
            image =>
            {
                var start = (nint)image * pixels.PerImage;
                var run = pixels.RunAt(0);
                for (var i = 0; i < runs; i++)
                {
                    var next = i + 1 < runs ? pixels.RunAt(i + 1) : default;
                    Fetch(first, (start + next.First) * pixels.Channels, next.Length * pixels.Channels);
                    Fetch(second, (start + next.First) * pixels.Channels, next.Length * pixels.Channels);
                    body(image, run.Group, (start + run.First) * pixels.Channels, run.Length);
                    run = next;
                }
            }
        );
    }

    public static void Fetch(float* data, nint from, int length)
    {
        if (data == null)
            return;
        for (nint i = 0; i < length; i += Pixels.Lanes)
            Sse.Prefetch0(data + from + i);
    }

    /// <summary>Sums that a pass leaves: <c>(images, groups, slots, parts, lanes)</c>, read by channel.</summary>
    public sealed class Sums : IDisposable
    {
        private readonly Tensor values;
        private readonly float* start;
        private readonly Pixels pixels;
        private readonly int parts;

        public Sums(Pixels pixels, int parts)
        {
            this.pixels = pixels;
            this.parts = parts;
            values = zeros((long)pixels.Images * pixels.Groups * pixels.Slots * parts * Pixels.Lanes);
            start = Pixels.Start(values);
        }

        public float* At(int image, int group, int slot) =>
            start + (((nint)image * pixels.Groups + group) * pixels.Slots + slot) * parts * Pixels.Lanes;

        public float this[int image, int group, int channel, int part]
        {
            get
            {
                var slot = channel / Pixels.Lanes;
                return At(image, group, slot)[part * Pixels.Lanes + channel - pixels.Channel(slot)];
            }
        }

        /// <summary>The sum of a part over all images and groups.</summary>
        public double Total(int channel, int part)
        {
            var total = 0.0;
            for (var image = 0; image < pixels.Images; image++)
            {
                for (var group = 0; group < pixels.Groups; group++)
                    total += this[image, group, channel, part];
            }
            return total;
        }

        /// <summary>A part over the pixels of a group: <c>(N, C, G, G)</c>, channels-last.</summary>
        public Tensor Averages(int part)
        {
            var averages = empty(pixels.Images, pixels.Grid, pixels.Grid, pixels.Channels);
            var to = Pixels.Start(averages);
            for (var image = 0; image < pixels.Images; image++)
            {
                for (var group = 0; group < pixels.Groups; group++)
                {
                    for (var channel = 0; channel < pixels.Channels; channel++)
                        *to++ = this[image, group, channel, part] / pixels.PerGroup;
                }
            }
            return averages.permute(0, 3, 1, 2);
        }

        public void Dispose() => values.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* sum, int part, Vector512<float> value) =>
        (Vector512.Load(sum + part * Pixels.Lanes) + value).Store(sum + part * Pixels.Lanes);

    /// <summary>
    /// Sums of x - k and of its square, k the channel's first value: what is left of large means does not drown the
    /// variance.
    /// </summary>
    public static Sums Moments(Pixels pixels, NormPointers at)
    {
        at.AssertReadable(pixels, activates: false);
        float* x = at.X;
        var sums = new Sums(pixels, 2);
        Walk(
            pixels,
            x,
            null,
            (image, group, offset, length) =>
            {
                nint step = pixels.Channels;
                var to = sums.At(image, group, 0);
                for (var slot = 0; slot < pixels.Slots; slot++, to += 2 * Pixels.Lanes)
                {
                    var channel = pixels.Channel(slot);
                    var from = x + offset + channel;
                    var k = Vector512.Load(x + channel);
                    Vector512<float> sum = default;
                    Vector512<float> square = default;
                    for (var i = 0; i < length; i++, from += step)
                    {
                        var d = Vector512.Load(from) - k;
                        sum += d;
                        square = Vector512.FusedMultiplyAdd(d, d, square);
                    }
                    Add(to, 0, sum);
                    Add(to, 1, square);
                }
            }
        );
        return sums;
    }

    /// <summary>z s + r; without s 1, without r 0.</summary>
    public static void Apply<TActivation>(Pixels pixels, NormPointers at)
        where TActivation : struct, IActivation
    {
        at.AssertReadable(pixels, activates: true);
        at.AssertWritable(pixels);
        float* x = at.X;
        float* a = at.A;
        float* b = at.B;
        float* s = at.S;
        float* r = at.R;
        float* z = at.Result;
        Walk(
            pixels,
            x,
            r,
            (image, group, offset, length) =>
            {
                nint step = pixels.Channels;
                for (var slot = 0; slot < pixels.Slots; slot++)
                {
                    var channel = pixels.Channel(slot);
                    float* from = x + offset + channel;
                    float* to = z + offset + channel;
                    float* more = r + offset + channel;
                    Vector512<float> scale = Vector512.Load(a + channel);
                    Vector512<float> shift = Vector512.Load(b + channel);
                    var factor = s == null ? Vector512<float>.One : Vector512.Load(s + image * step + channel);
                    if (r == null)
                    {
                        for (var i = 0; i < length; i++, from += step, to += step)
                            (
                                TActivation.Activate(Vector512.FusedMultiplyAdd(Vector512.Load(from), scale, shift))
                                * factor
                            ).Store(to);
                        continue;
                    }
                    for (var i = 0; i < length; i++, from += step, to += step, more += step)
                        Vector512
                            .FusedMultiplyAdd(
                                TActivation.Activate(Vector512.FusedMultiplyAdd(Vector512.Load(from), scale, shift)),
                                factor,
                                Vector512.Load(more)
                            )
                            .Store(to);
                }
            }
        );
    }

    /// <summary>Sums of z.</summary>
    public static Sums Pool<TActivation>(Pixels pixels, NormPointers at)
        where TActivation : struct, IActivation
    {
        at.AssertReadable(pixels, activates: true);
        float* x = at.X;
        float* a = at.A;
        float* b = at.B;
        var sums = new Sums(pixels, 1);
        Walk(
            pixels,
            x,
            null,
            (image, group, offset, length) =>
            {
                nint step = pixels.Channels;
                var to = sums.At(image, group, 0);
                for (var slot = 0; slot < pixels.Slots; slot++, to += Pixels.Lanes)
                {
                    var channel = pixels.Channel(slot);
                    var from = x + offset + channel;
                    Vector512<float> scale = Vector512.Load(a + channel);
                    Vector512<float> shift = Vector512.Load(b + channel);
                    Vector512<float> sum = default;
                    for (var i = 0; i < length; i++, from += step)
                        sum += TActivation.Activate(Vector512.FusedMultiplyAdd(Vector512.Load(from), scale, shift));
                    Add(to, 0, sum);
                }
            }
        );
        return sums;
    }

    /// <summary>Sums of g act'(y) and g act'(y) (x - mean), g the gradient of what came out; without g 1.</summary>
    public static Sums Slopes<TActivation>(Pixels pixels, NormPointers at)
        where TActivation : struct, IActivation
    {
        at.AssertReadable(pixels, activates: true);
        float* x = at.X;
        float* g = at.G;
        float* a = at.A;
        float* b = at.B;
        float* mean = at.Mean;
        var sums = new Sums(pixels, 2);
        Walk(
            pixels,
            x,
            g,
            (image, group, offset, length) =>
            {
                nint step = pixels.Channels;
                var to = sums.At(image, group, 0);
                for (var slot = 0; slot < pixels.Slots; slot++, to += 2 * Pixels.Lanes)
                {
                    var channel = pixels.Channel(slot);
                    float* from = x + offset + channel;
                    float* gradient = g == null ? null : g + offset + channel;
                    Vector512<float> scale = Vector512.Load(a + channel);
                    Vector512<float> shift = Vector512.Load(b + channel);
                    Vector512<float> centre = Vector512.Load(mean + channel);
                    Vector512<float> sum = default;
                    Vector512<float> product = default;
                    for (var i = 0; i < length; i++, from += step)
                    {
                        var value = Vector512.Load(from);
                        var slope = TActivation.Slope(Vector512.FusedMultiplyAdd(value, scale, shift), out _);
                        if (gradient != null)
                        {
                            slope *= Vector512.Load(gradient);
                            gradient += step;
                        }
                        sum += slope;
                        product = Vector512.FusedMultiplyAdd(slope, value - centre, product);
                    }
                    Add(to, 0, sum);
                    Add(to, 1, product);
                }
            }
        );
        return sums;
    }

    /// <summary><see cref="Slopes"/> with g, then without, then the sum of g z.</summary>
    public static Sums SlopesAndProducts<TActivation>(Pixels pixels, NormPointers at)
        where TActivation : struct, IActivation
    {
        at.AssertReadable(pixels, activates: true);
        float* x = at.X;
        float* g = at.G;
        float* a = at.A;
        float* b = at.B;
        float* mean = at.Mean;
        var sums = new Sums(pixels, 5);
        Walk(
            pixels,
            x,
            g,
            (image, group, offset, length) =>
            {
                nint step = pixels.Channels;
                var to = sums.At(image, group, 0);
                for (var slot = 0; slot < pixels.Slots; slot++, to += 5 * Pixels.Lanes)
                {
                    var channel = pixels.Channel(slot);
                    float* from = x + offset + channel;
                    float* gradient = g + offset + channel;
                    Vector512<float> scale = Vector512.Load(a + channel);
                    Vector512<float> shift = Vector512.Load(b + channel);
                    Vector512<float> centre = Vector512.Load(mean + channel);
                    Vector512<float> sum = default;
                    Vector512<float> product = default;
                    Vector512<float> bare = default;
                    Vector512<float> bareProduct = default;
                    Vector512<float> scaled = default;
                    for (var i = 0; i < length; i++, from += step, gradient += step)
                    {
                        Vector512<float> value = Vector512.Load(from);
                        Vector512<float> given = Vector512.Load(gradient);
                        var slope = TActivation.Slope(Vector512.FusedMultiplyAdd(value, scale, shift), out var z);
                        value -= centre;
                        bare += slope;
                        bareProduct = Vector512.FusedMultiplyAdd(slope, value, bareProduct);
                        slope *= given;
                        sum += slope;
                        product = Vector512.FusedMultiplyAdd(slope, value, product);
                        scaled = Vector512.FusedMultiplyAdd(given, z, scaled);
                    }
                    Add(to, 0, sum);
                    Add(to, 1, product);
                    Add(to, 2, bare);
                    Add(to, 3, bareProduct);
                    Add(to, 4, scaled);
                }
            }
        );
        return sums;
    }

    /// <summary>
    /// The gradient of x: (g s + q) act'(y) a - (e + x f). Without g 0, without s 1, without q 0; q is of the image's
    /// group.
    /// </summary>
    public static void Spread<TActivation>(Pixels pixels, NormPointers at)
        where TActivation : struct, IActivation
    {
        at.AssertReadable(pixels, activates: true);
        at.AssertWritable(pixels);
        float* x = at.X;
        float* g = at.G;
        float* a = at.A;
        float* b = at.B;
        float* s = at.S;
        float* q = at.Q;
        float* e = at.E;
        float* f = at.F;
        float* dx = at.Result;
        Walk(
            pixels,
            x,
            g,
            (image, group, offset, length) =>
            {
                nint step = pixels.Channels;
                for (var slot = 0; slot < pixels.Slots; slot++)
                {
                    var channel = pixels.Channel(slot);
                    float* from = x + offset + channel;
                    float* to = dx + offset + channel;
                    float* gradient = g == null ? null : g + offset + channel;
                    Vector512<float> scale = Vector512.Load(a + channel);
                    Vector512<float> shift = Vector512.Load(b + channel);
                    Vector512<float> constant = Vector512.Load(e + channel);
                    Vector512<float> linear = Vector512.Load(f + channel);
                    var factor = s == null ? Vector512<float>.One : Vector512.Load(s + image * step + channel);
                    var even =
                        q == null
                            ? Vector512<float>.Zero
                            : Vector512.Load(q + ((nint)image * pixels.Groups + group) * step + channel);
                    for (var i = 0; i < length; i++, from += step, to += step)
                    {
                        var value = Vector512.Load(from);
                        var slope = TActivation.Slope(Vector512.FusedMultiplyAdd(value, scale, shift), out _) * scale;
                        var given = even;
                        if (gradient != null)
                        {
                            given = Vector512.FusedMultiplyAdd(Vector512.Load(gradient), factor, even);
                            gradient += step;
                        }
                        (given * slope - Vector512.FusedMultiplyAdd(value, linear, constant)).Store(to);
                    }
                }
            }
        );
    }
}
