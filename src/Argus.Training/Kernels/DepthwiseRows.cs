namespace Argus.Training.Kernels;

/// <summary>
/// The last rows of a picture, with margins of zeros on both sides, slot after slot: a row's slot is contiguous. As
/// many rows are held as a kernel has.
/// </summary>
internal readonly unsafe struct RowRing<TVector>(float* start, int rows, int slots, int width)
    where TVector : struct, IVector<TVector>
{
    /// <summary>Floats of a slot of a row.</summary>
    public nint Slot { get; } = (nint)(width + rows - 1) * TVector.Lanes;

    /// <summary>Floats of all rows.</summary>
    public nint Length => rows * slots * Slot;

    /// <summary>Where the margin before a row's first slot begins.</summary>
    /// <param name="row">Its number in the picture; may be negative.</param>
    public float* At(int row) => start + (row + rows) % rows * slots * Slot;

    /// <summary>Floats of a margin.</summary>
    public nint Margin => rows / 2 * TVector.Lanes;
}

/// <summary>
/// The arithmetic of depthwise convolutions, on a slot of the rows of a <see cref="RowRing{TVector}"/>.
/// </summary>
internal static unsafe class DepthwiseRows<TVector>
    where TVector : struct, IVector<TVector>
{
    private const int Together = 4;

    /// <summary>A row of results: sums of a kernel's rows times a picture's.</summary>
    /// <param name="rows">The slot in each of the picture's rows that are not zeros.</param>
    /// <param name="weights">The kernel's row for each of them: K registers.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="kernel">K.</param>
    /// <param name="stride">Pixels from a result to the next.</param>
    /// <param name="to">The first result.</param>
    /// <param name="toStep">Floats from a result to the next.</param>
    /// <param name="width">Results, at least 4 or they are done one by one.</param>
    public static void Convolve(
        float** rows,
        float** weights,
        int count,
        int kernel,
        int stride,
        float* to,
        nint toStep,
        int width
    )
    {
        nint lanes = TVector.Lanes;
        var step = stride * lanes;
        for (var next = 0; next < width; next += Together)
        {
            if (width < Together)
            {
                for (var x = 0; x < width; x++)
                    One(rows, weights, count, kernel, x * step).Store(to + x * toStep);
                return;
            }
            // The last results are done twice rather than one by one.
            var first = Math.Min(next, width - Together);
            TVector sum0 = default;
            TVector sum1 = default;
            TVector sum2 = default;
            TVector sum3 = default;
            for (var row = 0; row < count; row++)
            {
                float* from = rows[row] + first * step;
                float* weight = weights[row];
                for (var k = 0; k < kernel; k++, from += lanes, weight += lanes)
                {
                    var w = TVector.Load(weight);
                    sum0 = TVector.MultiplyAdd(w, TVector.Load(from), sum0);
                    sum1 = TVector.MultiplyAdd(w, TVector.Load(from + step), sum1);
                    sum2 = TVector.MultiplyAdd(w, TVector.Load(from + 2 * step), sum2);
                    sum3 = TVector.MultiplyAdd(w, TVector.Load(from + 3 * step), sum3);
                }
            }
            float* result = to + first * toStep;
            sum0.Store(result);
            sum1.Store(result + toStep);
            sum2.Store(result + 2 * toStep);
            sum3.Store(result + 3 * toStep);
        }
    }

    private static TVector One(float** rows, float** weights, int count, int kernel, nint offset)
    {
        TVector sum = default;
        for (var row = 0; row < count; row++)
        {
            for (nint k = 0; k < kernel * TVector.Lanes; k += TVector.Lanes)
                sum = TVector.MultiplyAdd(TVector.Load(weights[row] + k), TVector.Load(rows[row] + offset + k), sum);
        }
        return sum;
    }

    /// <summary>
    /// Adds a row's part of the gradient of a kernel's row: sums of given gradients times the picture.
    /// </summary>
    /// <param name="given">The first gradient.</param>
    /// <param name="picture">The first pixel of its window.</param>
    /// <param name="kernel">K, 3 or 5.</param>
    /// <param name="stride">Pixels from a gradient to the next, of both.</param>
    /// <param name="width">Gradients.</param>
    /// <param name="sums">K registers.</param>
    public static void Correlate(float* given, float* picture, int kernel, int stride, int width, float* sums)
    {
        nint lanes = TVector.Lanes;
        var step = stride * lanes;
        TVector sum0 = TVector.Load(sums);
        TVector sum1 = TVector.Load(sums + lanes);
        TVector sum2 = TVector.Load(sums + 2 * lanes);
        if (kernel == 3)
        {
            for (var x = 0; x < width; x++, given += step, picture += step)
            {
                var g = TVector.Load(given);
                sum0 = TVector.MultiplyAdd(g, TVector.Load(picture), sum0);
                sum1 = TVector.MultiplyAdd(g, TVector.Load(picture + lanes), sum1);
                sum2 = TVector.MultiplyAdd(g, TVector.Load(picture + 2 * lanes), sum2);
            }
        }
        else
        {
            TVector sum3 = TVector.Load(sums + 3 * lanes);
            TVector sum4 = TVector.Load(sums + 4 * lanes);
            for (var x = 0; x < width; x++, given += step, picture += step)
            {
                var g = TVector.Load(given);
                sum0 = TVector.MultiplyAdd(g, TVector.Load(picture), sum0);
                sum1 = TVector.MultiplyAdd(g, TVector.Load(picture + lanes), sum1);
                sum2 = TVector.MultiplyAdd(g, TVector.Load(picture + 2 * lanes), sum2);
                sum3 = TVector.MultiplyAdd(g, TVector.Load(picture + 3 * lanes), sum3);
                sum4 = TVector.MultiplyAdd(g, TVector.Load(picture + 4 * lanes), sum4);
            }
            sum3.Store(sums + 3 * lanes);
            sum4.Store(sums + 4 * lanes);
        }
        sum0.Store(sums);
        sum1.Store(sums + lanes);
        sum2.Store(sums + 2 * lanes);
    }
}
