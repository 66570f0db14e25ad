using Argus.Specialists;
using Argus.Training.Models;
using Argus.Training.Optimization;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Models;

public sealed class LiveTensorsTests
{
    /// <summary>What a step makes is gone after it, in the operators with a backward pass of their own too.</summary>
    [Fact]
    public void A_thousand_steps_leave_as_many_tensors_as_ten()
    {
        using var model = new SpecialistModel(Specialist.Named("rr"), new ModelOptions { Backbone = "efficientnet_b0" });
        using var optimizer = new AdamW(model.named_parameters().Select(p => (p.name, p.parameter)));
        using var images = randn(2, 3, 32, 32).AsChannelsLast();
        using var labels = tensor(new long[] { 0, 1 });
        model.train();

        void Steps(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var scope = NewDisposeScope();
                optimizer.ZeroGradients();
                Losses.CrossEntropy(model.Logits(images), labels).backward();
                optimizer.Step();
            }
        }
        Steps(10);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Steps(1000);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
