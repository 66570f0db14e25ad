using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Argus.Training.Kernels;

/// <summary>
/// A register of floats, so that one code serves registers of 256 and of 512 bits. .NET's own <c>Vector512</c> runs on
/// either, but on processors without AVX-512 through memory, at half the speed.
/// </summary>
internal unsafe interface IVector<TSelf>
    where TSelf : struct, IVector<TSelf>
{
    /// <summary>Floats in the register.</summary>
    static abstract int Lanes { get; }

    static abstract TSelf Create(float value);
    static abstract TSelf Load(float* from);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>a b + c, rounded once.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>a b - c, rounded once.</summary>
    static abstract TSelf MultiplySubtract(TSelf a, TSelf b, TSelf c);

    /// <summary>c - a b, rounded once.</summary>
    static abstract TSelf NegatedMultiplyAdd(TSelf a, TSelf b, TSelf c);
    static abstract TSelf Min(TSelf a, TSelf b);
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>To the nearest whole number.</summary>
    static abstract TSelf Round(TSelf a);

    /// <summary>2 to the power of whole numbers in [-126, 127].</summary>
    static abstract TSelf PowerOfTwo(TSelf whole);

    /// <summary>1 where a is above 0, else 0.</summary>
    static abstract TSelf IsPositive(TSelf a);

    void Store(float* to);
}

/// <summary>A register of 256 bits.</summary>
internal readonly unsafe struct Vector8(Vector256<float> value) : IVector<Vector8>
{
    private readonly Vector256<float> value = value;

    public static int Lanes => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 Create(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 Load(float* from) => new(Vector256.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 operator +(Vector8 a, Vector8 b) => new(a.value + b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 operator -(Vector8 a, Vector8 b) => new(a.value - b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 operator -(Vector8 a) => new(-a.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 operator *(Vector8 a, Vector8 b) => new(a.value * b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 operator /(Vector8 a, Vector8 b) => new(a.value / b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 MultiplyAdd(Vector8 a, Vector8 b, Vector8 c) =>
        new(Fma.MultiplyAdd(a.value, b.value, c.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 MultiplySubtract(Vector8 a, Vector8 b, Vector8 c) =>
        new(Fma.MultiplySubtract(a.value, b.value, c.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 NegatedMultiplyAdd(Vector8 a, Vector8 b, Vector8 c) =>
        new(Fma.MultiplyAddNegated(a.value, b.value, c.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 Min(Vector8 a, Vector8 b) => new(Vector256.MinNative(a.value, b.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 Max(Vector8 a, Vector8 b) => new(Vector256.MaxNative(a.value, b.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 Round(Vector8 a) => new(Vector256.Round(a.value));

    // n + 127 in the exponent's place.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 PowerOfTwo(Vector8 whole) =>
        new((Vector256.ConvertToInt32Native(whole.value) + Vector256.Create(127) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector8 IsPositive(Vector8 a) =>
        new(Vector256.GreaterThan(a.value, Vector256<float>.Zero) & Vector256<float>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* to) => value.Store(to);
}

/// <summary>A register of 512 bits.</summary>
internal readonly unsafe struct Vector16(Vector512<float> value) : IVector<Vector16>
{
    private readonly Vector512<float> value = value;

    public static int Lanes => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 Create(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 Load(float* from) => new(Vector512.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 operator +(Vector16 a, Vector16 b) => new(a.value + b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 operator -(Vector16 a, Vector16 b) => new(a.value - b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 operator -(Vector16 a) => new(-a.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 operator *(Vector16 a, Vector16 b) => new(a.value * b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 operator /(Vector16 a, Vector16 b) => new(a.value / b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 MultiplyAdd(Vector16 a, Vector16 b, Vector16 c) =>
        new(Avx512F.FusedMultiplyAdd(a.value, b.value, c.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 MultiplySubtract(Vector16 a, Vector16 b, Vector16 c) =>
        new(Avx512F.FusedMultiplySubtract(a.value, b.value, c.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 NegatedMultiplyAdd(Vector16 a, Vector16 b, Vector16 c) =>
        new(Avx512F.FusedMultiplyAddNegated(a.value, b.value, c.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 Min(Vector16 a, Vector16 b) => new(Vector512.MinNative(a.value, b.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 Max(Vector16 a, Vector16 b) => new(Vector512.MaxNative(a.value, b.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 Round(Vector16 a) => new(Vector512.Round(a.value));

    // n + 127 in the exponent's place.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 PowerOfTwo(Vector16 whole) =>
        new((Vector512.ConvertToInt32Native(whole.value) + Vector512.Create(127) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector16 IsPositive(Vector16 a) =>
        new(Vector512.GreaterThan(a.value, Vector512<float>.Zero) & Vector512<float>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* to) => value.Store(to);
}
