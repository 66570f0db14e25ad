using Argus.Tests;
using Argus.Training.Checkpoints;
using Argus.Training.Models;
using Argus.Training.Native;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using AdamW = Argus.Training.Optimization.AdamW;

namespace Argus.Training.Tests.Checkpoints;

public sealed class OptimizerStateTests
{
    [Fact]
    public void States_of_earlier_versions_held_zeros_for_queries_and_keys_of_one_token_before_the_values()
    {
        LibTorch.Load();
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        const int width = 8;
        using var attention = new FeatureAttention(width, dropout: 0, shortcuts: true);
        // As those versions trained: all of it has moments.
        var whole = attention
            .named_parameters()
            .Select(entry => (Name: entry.name, Tensor: (Tensor)entry.parameter))
            .ToList();
        var checkpoint = folder["checkpoint"];
        using (var earlier = new AdamW(whole))
        {
            attention.call(randn(4, 1, width)).square().sum().backward();
            earlier.Step();
            Checkpoint.Save(checkpoint, attention, earlier, new TrainState(), "");
        }

        var values = attention.LearnValuesAlone();
        using var today = new AdamW(
            whole.Select(entry => (entry.Name, values.GetValueOrDefault(entry.Name) ?? entry.Tensor)),
            attention.QueriesAndKeys
        );
        Checkpoint.Load(checkpoint, attention, today);
        var saved = SafeTensors.Read(Path.Combine(checkpoint, Checkpoint.OptimizerFile));
        var moment = saved["in_proj_weight.exp_avg"];
        Assert.Equal([3 * width, width], moment.shape);
        Assert.Equal(0, moment.narrow(0, 0, 2 * width).abs().max().item<float>());
        var loaded = today.State().Single(entry => entry.Name == "in_proj_weight.exp_avg").Tensor;
        Assert.NotEqual(0, loaded.abs().max().item<float>());
        Assert.Equal(moment.narrow(0, 2 * width, width).contiguous().bytes.ToArray(), loaded.bytes.ToArray());
    }

    [Fact]
    public void One_token_trains_to_the_same_weights_with_and_without_room_for_queries_and_keys()
    {
        LibTorch.Load();
        using var scope = NewDisposeScope();
        const int width = 8;
        var results = new List<byte[]>();
        foreach (var alone in new[] { false, true })
        {
            random.manual_seed(4);
            using var attention = new FeatureAttention(width, dropout: 0, shortcuts: true);
            var values = alone ? attention.LearnValuesAlone() : new Dictionary<string, Tensor>();
            using var optimizer = new AdamW(
                attention
                    .named_parameters()
                    .Select(entry => (entry.name, values.GetValueOrDefault(entry.name) ?? entry.parameter)),
                alone ? attention.QueriesAndKeys : []
            )
            {
                LearningRate = 1e-2,
                WeightDecay = 0.1,
            };
            for (var step = 0; step < 3; step++)
            {
                optimizer.ZeroGradients();
                attention.call(randn(4, 1, width)).square().sum().backward();
                optimizer.Step();
            }
            results.Add([.. attention.state_dict().Values.SelectMany(tensor => tensor.bytes.ToArray())]);
        }
        Assert.Equal(results[0], results[1]);
    }
}
