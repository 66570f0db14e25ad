using Argus.Training.Optimization;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Reference;

public class OptimizationReferenceTests
{
    [Fact]
    public void Losses_equal_PyTorchs()
    {
        using var scope = NewDisposeScope();
        var expected = ReferenceNumbers.Read("numbers.json").GetProperty("losses");
        var logits = tensor(expected.GetProperty("logits").Floats(), 5, 2);
        var targets = tensor(expected.GetProperty("targets").Floats().Select(t => (long)t).ToArray());
        Assert.Equal(
            expected.GetProperty("cross_entropy").GetDouble(),
            Losses.CrossEntropy(logits, targets).item<float>(),
            1e-6
        );
        Assert.Equal(
            expected.GetProperty("focal_alpha0.25_gamma2").GetDouble(),
            Losses.Focal(logits, targets, 0.25, 2).item<float>(),
            1e-6
        );
        Assert.Equal(
            expected.GetProperty("batch_weighted_cross_entropy").GetDouble(),
            Losses.BatchWeighted(logits, targets).item<float>(),
            1e-6
        );
    }

    [Fact]
    public void A_class_that_the_batch_lacks_has_weight_zero()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new float[] { 1, 0, 0, 1 }, 2, 2);
        var targets = tensor(new long[] { 1, 1 });
        Assert.Equal(
            Losses.CrossEntropy(logits, targets).item<float>(),
            Losses.BatchWeighted(logits, targets).item<float>(),
            1e-6
        );
    }

    [Fact]
    public void Learning_rates_equal_PyTorchs_warm_restarts()
    {
        var expected = ReferenceNumbers.Read("numbers.json").GetProperty("cosine_warm_restarts");
        var schedule = new CosineWarmRestarts(1e-4, 5, 2);
        var rates = expected.GetProperty("lr_at_epoch").EnumerateArray().Select(e => e.GetDouble()).ToArray();
        Assert.All(rates, (rate, epoch) => Assert.Equal(rate, schedule.At(epoch), 1e-12));
    }
}
