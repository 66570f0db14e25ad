namespace Argus.Training.Kernels;

/// <summary>
/// Products of small matrices of complex values: C = A B, or C += A B. A row of B and of C is a register of real parts
/// and one of imaginary parts; the values of A are taken one by one, their imaginary parts lie further on.
/// </summary>
internal static unsafe class ComplexProduct<TVector>
    where TVector : struct, IVector<TVector>
{
    /// <summary>Rows of A and of C that are worked on at once.</summary>
    public const int Rows = 4;

    /// <summary>Multiplies <see cref="Rows"/> rows of A by a register's columns of B.</summary>
    /// <param name="a">The first value of A.</param>
    /// <param name="aRow">Floats from a row of A to the next.</param>
    /// <param name="aStep">Floats from a value of a row to the next.</param>
    /// <param name="aImaginary">Floats from a value's real part to its imaginary part.</param>
    /// <param name="b">The first row of B.</param>
    /// <param name="bStep">Floats from a row of B to the next.</param>
    /// <param name="c">The first row of C.</param>
    /// <param name="cRow">Floats from a row of C to the next.</param>
    /// <param name="length">Values of a row of A, rows of B.</param>
    /// <param name="adds">Whether the products are added to what C holds.</param>
    public static void Multiply(
        float* a,
        nint aRow,
        nint aStep,
        nint aImaginary,
        float* b,
        nint bStep,
        float* c,
        nint cRow,
        int length,
        bool adds
    )
    {
        nint lanes = TVector.Lanes;
        TVector r0 = default;
        TVector i0 = default;
        TVector r1 = default;
        TVector i1 = default;
        TVector r2 = default;
        TVector i2 = default;
        TVector r3 = default;
        TVector i3 = default;
        if (adds)
        {
            r0 = TVector.Load(c);
            i0 = TVector.Load(c + lanes);
            r1 = TVector.Load(c + cRow);
            i1 = TVector.Load(c + cRow + lanes);
            r2 = TVector.Load(c + 2 * cRow);
            i2 = TVector.Load(c + 2 * cRow + lanes);
            r3 = TVector.Load(c + 3 * cRow);
            i3 = TVector.Load(c + 3 * cRow + lanes);
        }
        for (var k = 0; k < length; k++, a += aStep, b += bStep)
        {
            var re = TVector.Load(b);
            var im = TVector.Load(b + lanes);
            float* v = a;
            var real = TVector.Create(*v);
            var imaginary = TVector.Create(v[aImaginary]);
            r0 = TVector.MultiplyAdd(real, re, r0);
            i0 = TVector.MultiplyAdd(real, im, i0);
            r0 = TVector.NegatedMultiplyAdd(imaginary, im, r0);
            i0 = TVector.MultiplyAdd(imaginary, re, i0);
            v += aRow;
            real = TVector.Create(*v);
            imaginary = TVector.Create(v[aImaginary]);
            r1 = TVector.MultiplyAdd(real, re, r1);
            i1 = TVector.MultiplyAdd(real, im, i1);
            r1 = TVector.NegatedMultiplyAdd(imaginary, im, r1);
            i1 = TVector.MultiplyAdd(imaginary, re, i1);
            v += aRow;
            real = TVector.Create(*v);
            imaginary = TVector.Create(v[aImaginary]);
            r2 = TVector.MultiplyAdd(real, re, r2);
            i2 = TVector.MultiplyAdd(real, im, i2);
            r2 = TVector.NegatedMultiplyAdd(imaginary, im, r2);
            i2 = TVector.MultiplyAdd(imaginary, re, i2);
            v += aRow;
            real = TVector.Create(*v);
            imaginary = TVector.Create(v[aImaginary]);
            r3 = TVector.MultiplyAdd(real, re, r3);
            i3 = TVector.MultiplyAdd(real, im, i3);
            r3 = TVector.NegatedMultiplyAdd(imaginary, im, r3);
            i3 = TVector.MultiplyAdd(imaginary, re, i3);
        }
        r0.Store(c);
        i0.Store(c + lanes);
        r1.Store(c + cRow);
        i1.Store(c + cRow + lanes);
        r2.Store(c + 2 * cRow);
        i2.Store(c + 2 * cRow + lanes);
        r3.Store(c + 3 * cRow);
        i3.Store(c + 3 * cRow + lanes);
    }
}
