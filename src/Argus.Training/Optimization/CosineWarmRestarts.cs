namespace Argus.Training.Optimization;

/// <summary>
/// Cosine annealing with warm restarts (SGDR, Loshchilov and Hutter, 2017), as <c>CosineAnnealingWarmRestarts</c>
/// stepped once an epoch.
/// </summary>
/// <param name="FirstPeriod">Epochs before the first restart.</param>
/// <param name="Multiplier">Each period is so many times the one before.</param>
public sealed record CosineWarmRestarts(
    double BaseLearningRate,
    int FirstPeriod,
    int Multiplier,
    double MinimumLearningRate = 0
)
{
    /// <param name="epoch">From 0.</param>
    public double At(int epoch)
    {
        int period = FirstPeriod;
        int position = epoch;
        while (position >= period)
        {
            position -= period;
            period *= Multiplier;
        }
        return MinimumLearningRate
            + (BaseLearningRate - MinimumLearningRate) * (1 + Math.Cos(Math.PI * position / period)) / 2;
    }
}
