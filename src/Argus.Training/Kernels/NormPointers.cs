using System.Diagnostics;

namespace Argus.Training.Kernels;

/// <summary>
/// Where the passes over a normalised picture read and write. Pictures are channels-last, so that pixel p of image n
/// begins at (n * PerImage + p) * Channels floats; with y = X A + B the operators compute act(y) S + R.
/// </summary>
internal readonly unsafe struct NormPointers
{
    /// <summary>The picture that is normalised: Images * PerImage * Channels floats; never null.</summary>
    public float* X { get; init; }

    /// <summary>Factor of each channel: Channels floats; never null where a pass activates.</summary>
    public float* A { get; init; }

    /// <summary>Shift of each channel: Channels floats; never null where a pass activates.</summary>
    public float* B { get; init; }

    /// <summary>Mean of each channel: Channels floats; for sums of slopes times distances from it.</summary>
    public float* Mean { get; init; }

    /// <summary>The gradient of what came out, laid out like <see cref="X"/>; null stands for 1.</summary>
    public float* G { get; init; }

    /// <summary>Factors after the activation: Images * Channels floats; null stands for 1.</summary>
    public float* S { get; init; }

    /// <summary>A picture that is added, laid out like <see cref="X"/>; null stands for 0.</summary>
    public float* R { get; init; }

    /// <summary>What is added to the gradient: Images * Groups * Channels floats; null stands for 0.</summary>
    public float* Q { get; init; }

    /// <summary>Constant part of the gradient through the batch's statistics: Channels floats.</summary>
    public float* E { get; init; }

    /// <summary>The part of that gradient that grows with x: Channels floats.</summary>
    public float* F { get; init; }

    /// <summary>
    /// Where the result goes, laid out like <see cref="X"/>; may be <see cref="X"/> itself where slots do not overlap.
    /// </summary>
    public float* Result { get; init; }

    /// <summary>What every pass takes for granted, in debug builds.</summary>
    [Conditional("DEBUG")]
    public void AssertReadable(Pixels pixels, bool activates)
    {
        Debug.Assert(X != null, "there is no picture");
        Debug.Assert(!activates || (A != null && B != null), "an activation needs factors and shifts");
        Debug.Assert(pixels.Channels >= pixels.Lanes, "a slot is wider than the picture has channels");
        Debug.Assert(pixels.PerImage % pixels.Groups == 0, "the picture does not divide into the grid's cells");
    }

    /// <summary>What a pass that writes a picture takes for granted, in debug builds.</summary>
    [Conditional("DEBUG")]
    public void AssertWritable(Pixels pixels)
    {
        Debug.Assert(Result != null, "there is no room for the result");
        Debug.Assert(Result != X || pixels.Channels % pixels.Lanes == 0, "overlapping slots read what they wrote");
    }
}
