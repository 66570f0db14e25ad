using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// The passes over pictures that batch normalisation with what follows it consists of. With y = x a + b (a and b of the
/// channel) and z = act(y), each reads what it needs once, keeps nothing between, and leaves sums per image, group and
/// channel.
/// </summary>
internal static unsafe class NormPasses<TVector>
    where TVector : struct, IVector<TVector>
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
                    Pixels.Fetch(first, (start + next.First) * pixels.Channels, next.Length * pixels.Channels);
                    Pixels.Fetch(second, (start + next.First) * pixels.Channels, next.Length * pixels.Channels);
                    body(image, run.Group, (start + run.First) * pixels.Channels, run.Length);
                    run = next;
                }
            }
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* sum, int part, TVector value) =>
        (TVector.Load(sum + part * TVector.Lanes) + value).Store(sum + part * TVector.Lanes);

    /// <summary>
    /// Sums of x - k and of its square, and k, the channel's first value in the image: what is left of large means does
    /// not drown the variance.
    /// </summary>
    public static Sums Moments(Pixels pixels, NormPointers at)
    {
        at.AssertReadable(pixels, activates: false);
        float* x = at.X;
        var sums = new Sums(pixels, 3);
        Walk(
            pixels,
            x,
            null,
            (image, group, offset, length) =>
            {
                nint step = pixels.Channels;
                var slots = pixels.Slots;
                var to = sums.At(image, group, 0);
                for (var slot = 0; slot < slots; slot++, to += 3 * TVector.Lanes)
                {
                    var channel = pixels.Channel(slot);
                    var from = x + offset + channel;
                    var k = TVector.Load(x + image * pixels.PerImage * step + channel);
                    TVector sum = default;
                    TVector square = default;
                    for (var i = 0; i < length; i++, from += step)
                    {
                        var d = TVector.Load(from) - k;
                        sum += d;
                        square = TVector.MultiplyAdd(d, d, square);
                    }
                    Add(to, 0, sum);
                    Add(to, 1, square);
                    k.Store(to + 2 * TVector.Lanes);
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
                var slots = pixels.Slots;
                for (var slot = 0; slot < slots; slot++)
                {
                    var channel = pixels.Channel(slot);
                    float* from = x + offset + channel;
                    float* to = z + offset + channel;
                    float* more = r + offset + channel;
                    TVector scale = TVector.Load(a + channel);
                    TVector shift = TVector.Load(b + channel);
                    var factor = s == null ? TVector.Create(1) : TVector.Load(s + image * step + channel);
                    if (r == null)
                    {
                        for (var i = 0; i < length; i++, from += step, to += step)
                            (
                                TActivation.Activate(TVector.MultiplyAdd(TVector.Load(from), scale, shift)) * factor
                            ).Store(to);
                        continue;
                    }
                    for (var i = 0; i < length; i++, from += step, to += step, more += step)
                        TVector
                            .MultiplyAdd(
                                TActivation.Activate(TVector.MultiplyAdd(TVector.Load(from), scale, shift)),
                                factor,
                                TVector.Load(more)
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
                var slots = pixels.Slots;
                var to = sums.At(image, group, 0);
                for (var slot = 0; slot < slots; slot++, to += TVector.Lanes)
                {
                    var channel = pixels.Channel(slot);
                    var from = x + offset + channel;
                    TVector scale = TVector.Load(a + channel);
                    TVector shift = TVector.Load(b + channel);
                    TVector sum = default;
                    for (var i = 0; i < length; i++, from += step)
                        sum += TActivation.Activate(TVector.MultiplyAdd(TVector.Load(from), scale, shift));
                    Add(to, 0, sum);
                }
            }
        );
        return sums;
    }

    /// <summary>Sums of z, of act'(y) and of act'(y) (x - mean).</summary>
    public static Sums PoolAndSlopes<TActivation>(Pixels pixels, NormPointers at)
        where TActivation : struct, IActivation
    {
        at.AssertReadable(pixels, activates: true);
        float* x = at.X;
        float* a = at.A;
        float* b = at.B;
        float* mean = at.Mean;
        var sums = new Sums(pixels, 3);
        Walk(
            pixels,
            x,
            null,
            (image, group, offset, length) =>
            {
                nint step = pixels.Channels;
                var slots = pixels.Slots;
                var to = sums.At(image, group, 0);
                for (var slot = 0; slot < slots; slot++, to += 3 * TVector.Lanes)
                {
                    var channel = pixels.Channel(slot);
                    float* from = x + offset + channel;
                    TVector scale = TVector.Load(a + channel);
                    TVector shift = TVector.Load(b + channel);
                    TVector centre = TVector.Load(mean + channel);
                    TVector sum = default;
                    TVector slopes = default;
                    TVector product = default;
                    for (var i = 0; i < length; i++, from += step)
                    {
                        var value = TVector.Load(from);
                        var slope = TActivation.Slope(TVector.MultiplyAdd(value, scale, shift), out var z);
                        sum += z;
                        slopes += slope;
                        product = TVector.MultiplyAdd(slope, value - centre, product);
                    }
                    Add(to, 0, sum);
                    Add(to, 1, slopes);
                    Add(to, 2, product);
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
                var slots = pixels.Slots;
                var to = sums.At(image, group, 0);
                for (var slot = 0; slot < slots; slot++, to += 2 * TVector.Lanes)
                {
                    var channel = pixels.Channel(slot);
                    float* from = x + offset + channel;
                    float* gradient = g == null ? null : g + offset + channel;
                    TVector scale = TVector.Load(a + channel);
                    TVector shift = TVector.Load(b + channel);
                    TVector centre = TVector.Load(mean + channel);
                    TVector sum = default;
                    TVector product = default;
                    for (var i = 0; i < length; i++, from += step)
                    {
                        var value = TVector.Load(from);
                        var slope = TActivation.Slope(TVector.MultiplyAdd(value, scale, shift), out _);
                        if (gradient != null)
                        {
                            slope *= TVector.Load(gradient);
                            gradient += step;
                        }
                        sum += slope;
                        product = TVector.MultiplyAdd(slope, value - centre, product);
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
                var slots = pixels.Slots;
                var to = sums.At(image, group, 0);
                for (var slot = 0; slot < slots; slot++, to += 5 * TVector.Lanes)
                {
                    var channel = pixels.Channel(slot);
                    float* from = x + offset + channel;
                    float* gradient = g + offset + channel;
                    TVector scale = TVector.Load(a + channel);
                    TVector shift = TVector.Load(b + channel);
                    TVector centre = TVector.Load(mean + channel);
                    TVector sum = default;
                    TVector product = default;
                    TVector bare = default;
                    TVector bareProduct = default;
                    TVector scaled = default;
                    for (var i = 0; i < length; i++, from += step, gradient += step)
                    {
                        TVector value = TVector.Load(from);
                        TVector given = TVector.Load(gradient);
                        var slope = TActivation.Slope(TVector.MultiplyAdd(value, scale, shift), out var z);
                        value -= centre;
                        bare += slope;
                        bareProduct = TVector.MultiplyAdd(slope, value, bareProduct);
                        slope *= given;
                        sum += slope;
                        product = TVector.MultiplyAdd(slope, value, product);
                        scaled = TVector.MultiplyAdd(given, z, scaled);
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
                var slots = pixels.Slots;
                for (var slot = 0; slot < slots; slot++)
                {
                    var channel = pixels.Channel(slot);
                    float* from = x + offset + channel;
                    float* to = dx + offset + channel;
                    float* gradient = g == null ? null : g + offset + channel;
                    TVector scale = TVector.Load(a + channel);
                    TVector shift = TVector.Load(b + channel);
                    TVector constant = TVector.Load(e + channel);
                    TVector linear = TVector.Load(f + channel);
                    var factor = s == null ? TVector.Create(1) : TVector.Load(s + image * step + channel);
                    var even =
                        q == null ? default : TVector.Load(q + ((nint)image * pixels.Groups + group) * step + channel);
                    for (var i = 0; i < length; i++, from += step, to += step)
                    {
                        var value = TVector.Load(from);
                        var slope = TActivation.Slope(TVector.MultiplyAdd(value, scale, shift), out _) * scale;
                        var given = even;
                        if (gradient != null)
                        {
                            given = TVector.MultiplyAdd(TVector.Load(gradient), factor, even);
                            gradient += step;
                        }
                        (given * slope - TVector.MultiplyAdd(value, linear, constant)).Store(to);
                    }
                }
            }
        );
    }
}
