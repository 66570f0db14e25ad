using System.Runtime.CompilerServices;

namespace Argus.Training.Kernels;

/// <summary>
/// The discrete Fourier transform of tiles of 16 x 16 complex values, for as many channels at once as a register holds:
/// the real parts of neighbouring channels lie beside each other, then their imaginary parts.
/// </summary>
internal static unsafe class Fourier<TVector>
    where TVector : struct, IVector<TVector>
{
    /// <summary>Side of a tile.</summary>
    public const int Size = 16;

    private const int Radix = 4;

    // cos and sin of 2 pi / 16 and of 2 pi / 8.
    private const float Cos1 = 0.923879532511286756f;
    private const float Sin1 = 0.382683432365089772f;
    private const float Cos2 = 0.707106781186547524f;

    /// <summary>Floats of a complex value of every lane.</summary>
    public static int Complex => 2 * TVector.Lanes;

    /// <summary>Floats that <see cref="Line"/> needs for what it keeps between.</summary>
    public static int Scratch => Size * Complex;

    /// <summary>
    /// Transforms 16 values, in two steps of four (Cooley and Tukey, 1965). With real and imaginary parts exchanged on
    /// both sides it is the inverse, times 16.
    /// </summary>
    /// <param name="re">The first value's real part.</param>
    /// <param name="im">The first value's imaginary part.</param>
    /// <param name="step">Floats from a value to the next.</param>
    /// <param name="toRe">Where the first result's real part goes; may be where the values are.</param>
    /// <param name="toIm">Where its imaginary part goes.</param>
    /// <param name="toStep">Floats from a result to the next.</param>
    /// <param name="scratch">Room for <see cref="Scratch"/> floats.</param>
    public static void Line(float* re, float* im, nint step, float* toRe, float* toIm, nint toStep, float* scratch)
    {
        nint lanes = TVector.Lanes;
        for (var n = 0; n < Radix; n++)
        {
            float* a = re + n * step;
            float* b = im + n * step;
            var step4 = Radix * step;
            var r0 = TVector.Load(a);
            var i0 = TVector.Load(b);
            var r1 = TVector.Load(a + step4);
            var i1 = TVector.Load(b + step4);
            var r2 = TVector.Load(a + 2 * step4);
            var i2 = TVector.Load(b + 2 * step4);
            var r3 = TVector.Load(a + 3 * step4);
            var i3 = TVector.Load(b + 3 * step4);
            Butterfly(ref r0, ref i0, ref r1, ref i1, ref r2, ref i2, ref r3, ref i3);
            float* to = scratch + n * Radix * 2 * lanes;
            // Value m times e to the -2 pi i n m / 16.
            switch (n)
            {
                case 1:
                    Turn(ref r1, ref i1, Cos1, Sin1);
                    Turn(ref r2, ref i2, Cos2, Cos2);
                    Turn(ref r3, ref i3, Sin1, Cos1);
                    break;
                case 2:
                    Turn(ref r1, ref i1, Cos2, Cos2);
                    (r2, i2) = (i2, -r2);
                    Turn(ref r3, ref i3, -Cos2, Cos2);
                    break;
                case 3:
                    Turn(ref r1, ref i1, Sin1, Cos1);
                    Turn(ref r2, ref i2, -Cos2, Cos2);
                    Turn(ref r3, ref i3, -Cos1, -Sin1);
                    break;
            }
            r0.Store(to);
            i0.Store(to + lanes);
            r1.Store(to + 2 * lanes);
            i1.Store(to + 3 * lanes);
            r2.Store(to + 4 * lanes);
            i2.Store(to + 5 * lanes);
            r3.Store(to + 6 * lanes);
            i3.Store(to + 7 * lanes);
        }
        for (var m = 0; m < Radix; m++)
        {
            float* from = scratch + m * 2 * lanes;
            var next = Radix * 2 * lanes;
            var r0 = TVector.Load(from);
            var i0 = TVector.Load(from + lanes);
            var r1 = TVector.Load(from + next);
            var i1 = TVector.Load(from + next + lanes);
            var r2 = TVector.Load(from + 2 * next);
            var i2 = TVector.Load(from + 2 * next + lanes);
            var r3 = TVector.Load(from + 3 * next);
            var i3 = TVector.Load(from + 3 * next + lanes);
            Butterfly(ref r0, ref i0, ref r1, ref i1, ref r2, ref i2, ref r3, ref i3);
            float* a = toRe + m * toStep;
            float* b = toIm + m * toStep;
            var toStep4 = Radix * toStep;
            r0.Store(a);
            i0.Store(b);
            r1.Store(a + toStep4);
            i1.Store(b + toStep4);
            r2.Store(a + 2 * toStep4);
            i2.Store(b + 2 * toStep4);
            r3.Store(a + 3 * toStep4);
            i3.Store(b + 3 * toStep4);
        }
    }

    // The transform of four values.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Butterfly(
        ref TVector r0,
        ref TVector i0,
        ref TVector r1,
        ref TVector i1,
        ref TVector r2,
        ref TVector i2,
        ref TVector r3,
        ref TVector i3
    )
    {
        var (evenR, evenI) = (r0 + r2, i0 + i2);
        var (evenDifferenceR, evenDifferenceI) = (r0 - r2, i0 - i2);
        var (oddR, oddI) = (r1 + r3, i1 + i3);
        var (oddDifferenceR, oddDifferenceI) = (r1 - r3, i1 - i3);
        r0 = evenR + oddR;
        i0 = evenI + oddI;
        r1 = evenDifferenceR + oddDifferenceI;
        i1 = evenDifferenceI - oddDifferenceR;
        r2 = evenR - oddR;
        i2 = evenI - oddI;
        r3 = evenDifferenceR - oddDifferenceI;
        i3 = evenDifferenceI + oddDifferenceR;
    }

    // Times cos - i sin.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(ref TVector re, ref TVector im, float cos, float sin)
    {
        var (c, s) = (TVector.Create(cos), TVector.Create(sin));
        var turned = TVector.MultiplyAdd(re, c, im * s);
        im = TVector.MultiplySubtract(im, c, re * s);
        re = turned;
    }
}
