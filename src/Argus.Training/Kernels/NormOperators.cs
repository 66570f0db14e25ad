using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// Batch normalisation in training with what follows it, with the registers that fit the channels. Pictures are
/// <c>(N, C, H, W)</c>, channels-last.
/// </summary>
internal static class NormOperators
{
    /// <summary>act(norm(x)) s + r.</summary>
    /// <param name="x">Pictures.</param>
    /// <param name="norm">The normalisation.</param>
    /// <param name="factors">s, one per image; null for 1.</param>
    /// <param name="residual">r, pictures; null for 0.</param>
    public static Tensor Activate<TActivation>(Tensor x, NormParameters norm, Tensor? factors, Tensor? residual)
        where TActivation : struct, IActivation
    {
        Operator use = Pixels.AreWide(x.size(1))
            ? new NormAct<TActivation, Vector16>(norm, factors)
            : new NormAct<TActivation, Vector8>(norm, factors);
        return residual is null ? use.Apply(x, norm.Weight, norm.Bias) : use.Apply(x, norm.Weight, norm.Bias, residual);
    }

    /// <summary>act(norm(x)), averaged over the cells of a grid: to <c>(N, C, G, G)</c>.</summary>
    /// <param name="x">Pictures.</param>
    /// <param name="norm">The normalisation.</param>
    /// <param name="grid">G.</param>
    public static Tensor Pool<TActivation>(Tensor x, NormParameters norm, int grid)
        where TActivation : struct, IActivation
    {
        Operator use = Pixels.AreWide(x.size(1))
            ? new NormPool<TActivation, Vector16>(norm, grid)
            : new NormPool<TActivation, Vector8>(norm, grid);
        return use.Apply(x, norm.Weight, norm.Bias);
    }

    // Tiles of smaller pictures would be mostly margin.
    private const int SmallestConvolved = 28;

    /// <summary>Whether <see cref="ConvolveAndPool"/> can do this convolution, and faster than libtorch.</summary>
    public static bool Convolves(Tensor x, Tensor weight, long stride, long padding, long groups, int grid) =>
        groups == 1
        && stride == 1
        && (weight.size(2) is 3 or 5 or 7 or 9)
        && padding == weight.size(2) / 2
        && x.size(1) % Vector8.Lanes == 0
        && weight.size(0) % Vector8.Lanes == 0
        && Math.Min(x.size(2), x.size(3)) >= SmallestConvolved
        && Pixels.Fit(x, grid);

    /// <summary>act(norm(convolution)), averaged over the cells of a grid: to <c>(N, O, G, G)</c>.</summary>
    /// <param name="x">Pictures.</param>
    /// <param name="weight">The convolution's <c>(O, C, K, K)</c>.</param>
    /// <param name="bias">Its O values, which get no gradient.</param>
    /// <param name="norm">The normalisation.</param>
    /// <param name="grid">G.</param>
    public static Tensor ConvolveAndPool<TActivation>(
        Tensor x,
        Tensor weight,
        Tensor bias,
        NormParameters norm,
        int grid
    )
        where TActivation : struct, IActivation
    {
        Operator use = (Pixels.AreWide(x.size(1)), Pixels.AreWide(weight.size(0))) switch
        {
            (true, true) => new ConvolutionPool<TActivation, Vector16, Vector16>(bias, norm, grid),
            (true, false) => new ConvolutionPool<TActivation, Vector16, Vector8>(bias, norm, grid),
            (false, true) => new ConvolutionPool<TActivation, Vector8, Vector16>(bias, norm, grid),
            _ => new ConvolutionPool<TActivation, Vector8, Vector8>(bias, norm, grid),
        };
        return use.Apply(x, weight, norm.Weight, norm.Bias);
    }

    /// <summary>
    /// z = act(norm(d)), times the factors that squeeze and excitation makes of the means of z; d is the depthwise
    /// convolution of the pictures, or of act(norm(pictures)).
    /// </summary>
    /// <param name="x">Pictures.</param>
    /// <param name="before">The normalisation of the pictures, or null.</param>
    /// <param name="weight">The convolution's <c>(C, 1, K, K)</c>, K 3 or 5.</param>
    /// <param name="stride">The convolution's, 1 or 2.</param>
    /// <param name="norm">The normalisation of d.</param>
    /// <param name="learned">As in <see cref="Excitation{TVector}"/>.</param>
    public static Tensor Depthwise<TActivation>(
        Tensor x,
        NormParameters? before,
        Tensor weight,
        int stride,
        NormParameters norm,
        Tensor[] learned
    )
        where TActivation : struct, IActivation
    {
        Operator use = Pixels.AreWide(x.size(1))
            ? new Depthwise<TActivation, Vector16>(before, norm, stride)
            : new Depthwise<TActivation, Vector8>(before, norm, stride);
        Tensor[] first = before is { } given ? [given.Weight, given.Bias] : [];
        return use.Apply([x, weight, norm.Weight, norm.Bias, .. first, .. learned]);
    }
}
