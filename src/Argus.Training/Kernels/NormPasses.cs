using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// The passes over pictures that batch normalisation with what follows it consists of. With y = x a + b (a and b of the channel)
/// and z = act(y), each reads what it needs once, keeps nothing between, and leaves sums per image, group and channel.
/// </summary>
internal static unsafe class NormPasses
{
    private delegate void Body(int image, int group, int slot, int channel, nint offset, int length);

    private static void Walk(Pixels pixels, Body body)
    {
        var runs = pixels.Runs();
        Team.Each(pixels.Images, image =>
        {
            foreach (var run in runs)
            {
                var first = ((nint)image * pixels.PerImage + run.First) * pixels.Channels;
                for (var slot = 0; slot < pixels.Slots; slot++)
                {
                    var channel = pixels.Channel(slot);
                    body(image, run.Group, slot, channel, first + channel, run.Length);
                }
            }
        });
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
            (this.pixels, this.parts) = (pixels, parts);
            values = zeros((long)pixels.Images * pixels.Groups * pixels.Slots * parts * Pixels.Lanes);
            start = Pixels.Start(values);
        }

        public float* Of(int image, int group, int slot) => start + (((nint)image * pixels.Groups + group) * pixels.Slots + slot) * parts * Pixels.Lanes;

        public float this[int image, int group, int channel, int part]
        {
            get
            {
                var slot = channel / Pixels.Lanes;
                return Of(image, group, slot)[part * Pixels.Lanes + channel - pixels.Channel(slot)];
            }
        }

        /// <summary>Of a part over all images and groups.</summary>
        public double Total(int channel, int part)
        {
            var total = 0.0;
            for (var image = 0; image < pixels.Images; image++)
            {
                for (var group = 0; group < pixels.Groups; group++) total += this[image, group, channel, part];
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
                    for (var channel = 0; channel < pixels.Channels; channel++) *to++ = this[image, group, channel, part] / pixels.PerGroup;
                }
            }
            return averages.permute(0, 3, 1, 2);
        }

        public void Dispose() => values.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* sum, int part, Vector512<float> value) => (Vector512.Load(sum + part * Pixels.Lanes) + value).Store(sum + part * Pixels.Lanes);

    /// <summary>Sums of x - k and of its square, k the channel's first value: what is left of large means does not drown the variance.</summary>
    public static Sums Moments(Pixels pixels, float* x)
    {
        var sums = new Sums(pixels, 2);
        Walk(pixels, (image, group, slot, channel, offset, length) =>
        {
            float* from = x + offset;
            nint step = pixels.Channels;
            var k = Vector512.Load(x + channel);
            Vector512<float> sum = default, square = default;
            for (var i = 0; i < length; i++, from += step)
            {
                var d = Vector512.Load(from) - k;
                sum += d;
                square = Vector512.FusedMultiplyAdd(d, d, square);
            }
            var to = sums.Of(image, group, slot);
            Add(to, 0, sum);
            Add(to, 1, square);
        });
        return sums;
    }

    /// <summary>z s + r; without s 1, without r 0.</summary>
    public static void Apply<TActivation>(Pixels pixels, float* x, float* a, float* b, float* s, float* r, float* z) where TActivation : struct, IActivation
    {
        Walk(pixels, (image, group, slot, channel, offset, length) =>
        {
            float* from = x + offset, to = z + offset;
            nint step = pixels.Channels;
            var (scale, shift) = (Vector512.Load(a + channel), Vector512.Load(b + channel));
            var factor = s == null ? Vector512<float>.One : Vector512.Load(s + image * step + channel);
            if (r == null)
            {
                for (var i = 0; i < length; i++, from += step, to += step)
                    (TActivation.Of(Vector512.FusedMultiplyAdd(Vector512.Load(from), scale, shift)) * factor).Store(to);
                return;
            }
            var more = r + offset;
            for (var i = 0; i < length; i++, from += step, to += step, more += step)
                Vector512.FusedMultiplyAdd(TActivation.Of(Vector512.FusedMultiplyAdd(Vector512.Load(from), scale, shift)), factor, Vector512.Load(more)).Store(to);
        });
    }

    /// <summary>Sums of z.</summary>
    public static Sums Pool<TActivation>(Pixels pixels, float* x, float* a, float* b) where TActivation : struct, IActivation
    {
        var sums = new Sums(pixels, 1);
        Walk(pixels, (image, group, slot, channel, offset, length) =>
        {
            float* from = x + offset;
            nint step = pixels.Channels;
            var (scale, shift) = (Vector512.Load(a + channel), Vector512.Load(b + channel));
            Vector512<float> sum = default;
            for (var i = 0; i < length; i++, from += step) sum += TActivation.Of(Vector512.FusedMultiplyAdd(Vector512.Load(from), scale, shift));
            Add(sums.Of(image, group, slot), 0, sum);
        });
        return sums;
    }

    /// <summary>Sums of g act'(y) and g act'(y) (x - mean), g the gradient of what came out; without g 1.</summary>
    public static Sums Slopes<TActivation>(Pixels pixels, float* x, float* g, float* a, float* b, float* mean) where TActivation : struct, IActivation
    {
        var sums = new Sums(pixels, 2);
        Walk(pixels, (image, group, slot, channel, offset, length) =>
        {
            float* from = x + offset;
            nint step = pixels.Channels;
            var (scale, shift, centre) = (Vector512.Load(a + channel), Vector512.Load(b + channel), Vector512.Load(mean + channel));
            Vector512<float> sum = default, product = default;
            var gradient = g == null ? null : g + offset;
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
            var to = sums.Of(image, group, slot);
            Add(to, 0, sum);
            Add(to, 1, product);
        });
        return sums;
    }

    /// <summary><see cref="Slopes"/> with g, then without, then the sum of g z.</summary>
    public static Sums SlopesAndProducts<TActivation>(Pixels pixels, float* x, float* g, float* a, float* b, float* mean) where TActivation : struct, IActivation
    {
        var sums = new Sums(pixels, 5);
        Walk(pixels, (image, group, slot, channel, offset, length) =>
        {
            float* from = x + offset, gradient = g + offset;
            nint step = pixels.Channels;
            var (scale, shift, centre) = (Vector512.Load(a + channel), Vector512.Load(b + channel), Vector512.Load(mean + channel));
            Vector512<float> sum = default, product = default, bare = default, bareProduct = default, scaled = default;
            for (var i = 0; i < length; i++, from += step, gradient += step)
            {
                var (value, given) = (Vector512.Load(from), Vector512.Load(gradient));
                var slope = TActivation.Slope(Vector512.FusedMultiplyAdd(value, scale, shift), out var z);
                value -= centre;
                bare += slope;
                bareProduct = Vector512.FusedMultiplyAdd(slope, value, bareProduct);
                slope *= given;
                sum += slope;
                product = Vector512.FusedMultiplyAdd(slope, value, product);
                scaled = Vector512.FusedMultiplyAdd(given, z, scaled);
            }
            var to = sums.Of(image, group, slot);
            Add(to, 0, sum);
            Add(to, 1, product);
            Add(to, 2, bare);
            Add(to, 3, bareProduct);
            Add(to, 4, scaled);
        });
        return sums;
    }

    /// <summary>The gradient of x: (g s + q) act'(y) a - (e + x f). Without g 0, without s 1, without q 0; q is of the image's group.</summary>
    public static void Spread<TActivation>(Pixels pixels, float* x, float* g, float* a, float* b, float* s, float* q, float* e, float* f, float* dx) where TActivation : struct, IActivation
    {
        Walk(pixels, (image, group, slot, channel, offset, length) =>
        {
            float* from = x + offset, to = dx + offset;
            nint step = pixels.Channels;
            var (scale, shift, constant, linear) = (Vector512.Load(a + channel), Vector512.Load(b + channel), Vector512.Load(e + channel), Vector512.Load(f + channel));
            var factor = s == null ? Vector512<float>.One : Vector512.Load(s + image * step + channel);
            var even = q == null ? Vector512<float>.Zero : Vector512.Load(q + ((nint)image * pixels.Groups + group) * step + channel);
            var gradient = g == null ? null : g + offset;
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
        });
    }
}
