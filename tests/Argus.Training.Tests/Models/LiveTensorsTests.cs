using Argus.Specialists;
using Argus.Training.Kernels;
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
    public void Forty_more_steps_leave_exactly_as_many_tensors_as_the_first_ten()
    {
        // Without the head, whose matrices would make this test five times as long.
        using var backbone = new EfficientNet(
            EfficientNetVariant.Rows.First(row => row.Name == "efficientnet_b0"),
            0.2,
            MemoryFormat.ChannelsLast
        );
        using var module = new SpecialistModule(Specialist.Find("rr"), new ModelOptions());
        using var optimizer = new AdamW(
            backbone.named_parameters().Concat(module.named_parameters()).Select(p => (p.name, (Tensor)p.parameter))
        );
        using var images = randn(2, 3, 28, 28).AsChannelsLast();
        backbone.train();
        module.train();

        void Steps(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var scope = NewDisposeScope();
                optimizer.ZeroGradients();
                (backbone.call(images).square().mean() + module.call(images).square().mean()).backward();
                optimizer.Step();
            }
        }
        Steps(10);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        // One tensor of one step would be seen; forty steps skip blocks and keep them in many combinations.
        Steps(40);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
