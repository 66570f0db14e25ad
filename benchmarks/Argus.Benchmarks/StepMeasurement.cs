namespace Argus.Benchmarks;

/// <summary>One step as the process that took it measured it.</summary>
/// <param name="ForwardSeconds">The time of clearing the gradients and of the forward pass.</param>
/// <param name="BackwardSeconds">The time of the backward pass.</param>
/// <param name="OptimizerSeconds">The time of the optimizer.</param>
/// <param name="ManagedBytes">The size of the .NET objects that were allocated.</param>
/// <param name="PeakMegabytes">The largest memory of the process so far.</param>
internal sealed record StepMeasurement(
    double ForwardSeconds,
    double BackwardSeconds,
    double OptimizerSeconds,
    long ManagedBytes,
    double PeakMegabytes
)
{
    /// <summary>The time of the whole step.</summary>
    public double Seconds => ForwardSeconds + BackwardSeconds + OptimizerSeconds;
}
