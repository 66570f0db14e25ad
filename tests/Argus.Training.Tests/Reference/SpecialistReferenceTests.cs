using System.Runtime;
using System.Text.Json;
using Argus.Specialists;
using Argus.Training.Kernels;
using Argus.Training.Models;
using Argus.Training.Optimization;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Argus.Training.Tests.Reference;

public class SpecialistReferenceTests
{
    private static readonly JsonElement Expected = ReferenceNumbers.Read("specialists.json");

    public static TheoryData<string, MemoryFormat, bool> Variants()
    {
        var data = new TheoryData<string, MemoryFormat, bool>();
        // As they are trained; the other format and the way without shortcuts with the smallest.
        foreach (var specialist in Specialist.All)
            data.Add(specialist.Name, MemoryFormat.ChannelsLast, true);
        data.Add("rr", MemoryFormat.ChannelsLast, false);
        data.Add("rr", MemoryFormat.Contiguous, true);
        data.Add("rr", MemoryFormat.Contiguous, false);
        return data;
    }

    [Theory, MemberData(nameof(Variants))]
    public void Numbers_equal_PyTorchs(string name, MemoryFormat format, bool shortcuts)
    {
        using var scope = NewDisposeScope();
        var expected = Expected.GetProperty(name);
        using var model = Build(name, format, shortcuts);
        Assert.Equal(expected.GetProperty("parameters").GetInt64(), model.parameters().Sum(p => p.numel()));
        var shapes = expected
            .GetProperty("state_dict")
            .EnumerateObject()
            .Select(p => $"{p.Name} {string.Join('x', p.Value.Floats())}")
            .Order();
        Assert.Equal(shapes, model.state_dict().Select(p => $"{p.Key} {string.Join('x', p.Value.shape)}").Order());

        Assert.Empty(Mismatches(model, expected, format));
    }

    private const long NoCollectionBytes = 200_000_000;

    /// <summary>What 'argus bench step --baseline' compares with computes the same.</summary>
    [Theory, InlineData("tm"), InlineData("rr")]
    public void The_baseline_of_stock_modules_meets_them_too(string name)
    {
        using var scope = NewDisposeScope();
        var expected = Expected.GetProperty(name);
        using var model = new Argus.Benchmarks.StockModel(Specialist.Find(name), "efficientnet_b4", 0, [0, 0, 0], 0);
        ReferenceNumbers.Fill(model);
        var shapes = expected
            .GetProperty("state_dict")
            .EnumerateObject()
            .Select(p => $"{p.Name} {string.Join('x', p.Value.Floats())}")
            .Order();
        Assert.Equal(shapes, model.state_dict().Select(p => $"{p.Key} {string.Join('x', p.Value.shape)}").Order());
        void Near(string what, Tensor logits, double tolerance) =>
            Assert.Equal(
                expected.GetProperty(what).Floats(),
                logits.flatten().data<float>().ToArray(),
                (a, b) => Math.Abs(a - b) <= tolerance
            );
        model.eval();
        using (no_grad())
            Near("eval_logits", model.call(ReferenceNumbers.Input("input", 2, 3, 224, 224)), 2e-5);
        model.train();
        // TorchSharp's own optimizer loses numbers to the collector (see Native.Number): NaN, now and then.
        GC.TryStartNoGCRegion(NoCollectionBytes);
        using var optimizer = optim.AdamW(model.parameters(), 1e-4, weight_decay: 1e-5);
        var loss = nn.functional.cross_entropy(
            model.call(ReferenceNumbers.Input("input", 4, 3, 224, 224)),
            tensor(new long[] { 0, 1, 1, 0 })
        );
        loss.backward();
        Assert.Equal(expected.GetProperty("train_loss").GetDouble(), loss.item<float>(), 1e-3);
        optimizer.step();
        if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
            GC.EndNoGCRegion();
        model.eval();
        using (no_grad())
            Near("eval_logits_after_step", model.call(ReferenceNumbers.Input("input", 2, 3, 224, 224)), 2e-3);
    }

    [Theory]
    [InlineData("a skipped block", "backbone_train_out_every_1009th")]
    [InlineData("a zeroed query projection", "head_t4_logits")]
    [InlineData("a swapped branch", "module_train_out_every_37th")]
    public void Broken_on_purpose_they_differ(string fault, string noticedBy)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var model = Build("rr", MemoryFormat.ChannelsLast, shortcuts: true);
        var state = model.state_dict();
        switch (fault)
        {
            case "a skipped block":
                // With its last normalisation at zero a residual block is the identity.
                state["backbone.features.3.1.block.3.1.weight"].zero_();
                state["backbone.features.3.1.block.3.1.bias"].zero_();
                break;
            case "a zeroed query projection":
                var width = state["feature_attention.in_proj_weight"].shape[1];
                state["feature_attention.in_proj_weight"].narrow(0, 0, width).zero_();
                state["feature_attention.in_proj_bias"].narrow(0, 0, width).zero_();
                break;
            default:
                // Two branches of one width change places; their kernels differ, so the 1x1 ends and the norms do.
                foreach (
                    var key in state
                        .Keys.Where(k => k.Contains("upscaling_detector", StringComparison.Ordinal))
                        .ToList()
                )
                {
                    var twin = key.Replace("upscaling_detector", "edge_checker", StringComparison.Ordinal);
                    if (!state[key].shape.SequenceEqual(state[twin].shape))
                        continue;
                    var kept = state[key].clone();
                    state[key].copy_(state[twin]);
                    state[twin].copy_(kept);
                }
                break;
        }
        Assert.Contains(
            noticedBy,
            Mismatches(model, Expected.GetProperty("rr"), MemoryFormat.ChannelsLast, forwardOnly: true)
        );
    }

    private static SpecialistModel Build(string name, MemoryFormat format, bool shortcuts)
    {
        var model = new SpecialistModel(
            Specialist.Find(name),
            new ModelOptions
            {
                Format = format,
                Shortcuts = shortcuts,
                StochasticDepth = 0,
                Dropout = [0, 0, 0],
                AttentionDropout = 0,
            }
        );
        ReferenceNumbers.Fill(model);
        return model;
    }

    /// <summary>Names of the reference numbers that the model does not meet.</summary>
    private static List<string> Mismatches(
        SpecialistModel model,
        JsonElement expected,
        MemoryFormat format,
        bool forwardOnly = false
    )
    {
        var wrong = new List<string>();
        Tensor Frames(int count)
        {
            var frames = ReferenceNumbers.Input("input", count, 3, 224, 224);
            return format == MemoryFormat.ChannelsLast ? frames.AsChannelsLast() : frames;
        }
        void Near(string what, Tensor actual, double tolerance)
        {
            var difference = actual
                .flatten()
                .data<float>()
                .ToArray()
                .Zip(expected.GetProperty(what).Floats(), (a, b) => Math.Abs(a - b))
                .Max();
            if (!(difference <= tolerance))
                wrong.Add(what);
        }
        void NearRelative(string what, Tensor actual, int every, double tolerance)
        {
            var picked = actual
                .contiguous()
                .flatten()
                .data<float>()
                .ToArray()
                .Where((_, i) => i % every == 0)
                .ToArray();
            var reference = expected.GetProperty(what).Floats();
            var distance = Math.Sqrt(
                picked.Zip(reference, (a, b) => Math.Pow(a - b, 2)).Sum() / reference.Sum(b => (double)b * b)
            );
            if (!(distance < tolerance))
                wrong.Add(what);
        }

        model.eval();
        using (no_grad())
        {
            var two = Frames(2);
            Near("eval_logits", model.Logits(two), 2e-5);
            Near("module_out_first8", model.ModuleFeatures(two).contiguous().flatten()[..8], 2e-5);
            Near("backbone_out_first8", model.BackboneFeatures(two).contiguous().flatten()[..8], 2e-5);
            Near("head_t4_logits", model.HeadLogits(ReferenceNumbers.Input("tokens", 2, 4, model.Features)), 2e-5);
        }
        model.train();
        var four = Frames(4);
        // Batch statistics of a copy: the samples are taken before the step below counts a batch.
        var before = model
            .state_dict()
            .Where(p => p.Key.Contains("running", StringComparison.Ordinal))
            .ToDictionary(p => p.Key, p => p.Value.clone());
        using (no_grad())
        {
            NearRelative("backbone_train_out_every_1009th", model.BackboneFeatures(four), 1009, 1e-3);
            NearRelative("module_train_out_every_37th", model.ModuleFeatures(four), 37, 1e-3);
            foreach (var (key, value) in before)
                model.state_dict()[key].copy_(value);
        }
        if (forwardOnly)
            return wrong;

        var learned = model.Learn(framesPerClip: 1);
        using var optimizer = new AdamW(learned.Parameters, learned.Idle) { LearningRate = 1e-4, WeightDecay = 1e-5 };
        var loss = Losses.CrossEntropy(model.Logits(four), tensor(new long[] { 0, 1, 1, 0 }));
        loss.backward();
        if (!(Math.Abs(loss.item<float>() - expected.GetProperty("train_loss").GetDouble()) <= 1e-3))
            wrong.Add("train_loss");
        if (!(Math.Abs(optimizer.GradientNorm() / expected.GetProperty("grad_norm").GetDouble() - 1) <= 3e-3))
            wrong.Add("grad_norm");
        optimizer.Step();
        model.eval();
        using (no_grad())
            Near("eval_logits_after_step", model.Logits(Frames(2)), 2e-3);
        return wrong;
    }
}
