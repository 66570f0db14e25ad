using Argus.Detection;
using Argus.Tests;
using Argus.Training.Checkpoints;
using Argus.Training.Export;
using Argus.Training.Native;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Export;

/// <summary>
/// Random weights under the names of efficientnet_pytorch, and its network once more, written from its source alone:
/// the table of EfficientNet-B4, paddings worked out by hand from 380 pixels (380, 190, 95, 48, 24, 12).
/// </summary>
public sealed class ReleasedWeightsTests
{
    private const int Size = 64;

    private sealed record Stage(int Expand, int Kernel, int Stride, int Input, int Output, int Blocks);

    private static readonly Stage[] Stages =
    [
        new(1, 3, 1, 48, 24, 2),
        new(6, 3, 2, 24, 32, 4),
        new(6, 5, 2, 32, 56, 4),
        new(6, 3, 2, 56, 112, 6),
        new(6, 5, 1, 112, 160, 6),
        new(6, 5, 2, 160, 272, 8),
        new(6, 3, 1, 272, 448, 2),
    ];

    private const string Card = """
        title: "Released"
        source: "https://example.org/released"
        licence: "research"
        input:
          size: 64
          mean: [0, 0, 0]
          std: [1, 1, 1]
        output:
          kind: KIND
          fake: FAKE
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("module.backbone.efficientnet.", "module.backbone.last_layer", 2, "0 0", "2 2")]
    [InlineData("model.net.", "model.net._fc", 2, "0 1", "2 2")]
    [InlineData("net.efficientnet.", "net.classifier", 1, "0 1", "1 2")]
    public async Task Released_weights_become_a_member_that_computes_what_their_code_does(
        string prefix,
        string linear,
        int classes,
        string stem,
        string atQuarter
    )
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var network = RandomWeights();
        var file = Write(folder, network, prefix, linear, classes, out var weight, out var bias);
        var card = ReadCard(folder, classes);
        await ForeignMember.AddAsync(file, card, folder["models"], "released", Cancel);
        Assert.Equal(
            await FileHash.Sha256Async(file, Cancel),
            ForeignCard.Read(folder["models", ForeignCard.FileOf("released")]).WeightsSha256
        );

        var pictures = rand(2, 3, Size, Size);
        using var session = new InferenceSession(folder["models", "released.onnx"]);
        using var input = OrtValue.CreateTensorValueFromMemory(pictures.data<float>().ToArray(), pictures.shape);
        using var results = session.Run(new RunOptions(), ["pictures"], [input], ["logits"]);
        var features = Features(pictures, network, Pads(stem), Pads(atQuarter)).mean([2L, 3L]);
        var expected = nn.functional.linear(features, weight, bias).data<float>().ToArray();
        var actual = results[0].GetTensorDataAsSpan<float>().ToArray();
        Assert.Equal(2 * classes, actual.Length);
        var largest = expected.Max(Math.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * largest));
    }

    [Theory]
    [InlineData("attention", "it also holds net.attconv.weight")]
    [InlineData("missing", "backbone.features.0.0.weight is missing or has another shape")]
    [InlineData("classes", "its last layer _fc does not make one or two numbers of 1792")]
    [InlineData("no linear layer", "it has none of the last layers last_layer (DeepfakeBench)")]
    public async Task Other_weights_are_refused(string what, string expected)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var network = RandomWeights();
        if (what == "attention")
            network["attconv.weight"] = rand(1, 56, 1, 1);
        if (what == "missing")
            network.Remove("_conv_stem.weight");
        var linear = what == "no linear layer" ? "net.embedding" : "net._fc";
        var file = Write(folder, network, "net.", linear, what == "classes" ? 1000 : 2, out _, out _);
        var error = await Assert.ThrowsAsync<ArgusException>(() =>
            ForeignMember.AddAsync(file, ReadCard(folder, 2), folder["models"], "released", Cancel)
        );
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["models"]));
    }

    private static ForeignCard ReadCard(TemporaryFolder folder, int classes) =>
        ForeignCardFile.Read(
            folder.Write("card.yaml", Card.Replace("KIND", classes == 1 ? "logit" : "logits").Replace("FAKE", "1"))
        );

    private static (long Before, long After) Pads(string text) =>
        text.Split(' ') is [var before, var after]
            ? (long.Parse(before), long.Parse(after))
            : throw new FormatException();

    private static string Write(
        TemporaryFolder folder,
        Dictionary<string, Tensor> network,
        string prefix,
        string linear,
        int classes,
        out Tensor weight,
        out Tensor bias
    )
    {
        weight = randn(classes, 1792);
        bias = randn(classes);
        var file = folder["released.safetensors"];
        Directory.CreateDirectory(folder.Path);
        SafeTensors.Write(
            file,
            network
                .Select(entry => (prefix + entry.Key, entry.Value))
                .Append(($"{linear}.weight", weight))
                .Append(($"{linear}.bias", bias))
        );
        return file;
    }

    private static Dictionary<string, Tensor> RandomWeights()
    {
        LibTorch.Load();
        random.manual_seed(7);
        var weights = new Dictionary<string, Tensor>();
        Conv("_conv_stem", 48, 3, 3);
        Norm("_bn0", 48);
        var number = 0;
        foreach (var stage in Stages)
        {
            for (var block = 0; block < stage.Blocks; block++)
            {
                var name = $"_blocks.{number++}";
                var input = block == 0 ? stage.Input : stage.Output;
                var wide = input * stage.Expand;
                if (stage.Expand > 1)
                {
                    Conv($"{name}._expand_conv", wide, input, 1);
                    Norm($"{name}._bn0", wide);
                }
                Conv($"{name}._depthwise_conv", wide, 1, stage.Kernel);
                Norm($"{name}._bn1", wide);
                Conv($"{name}._se_reduce", input / 4, wide, 1, biased: true);
                Conv($"{name}._se_expand", wide, input / 4, 1, biased: true);
                Conv($"{name}._project_conv", stage.Output, wide, 1);
                Norm($"{name}._bn2", stage.Output);
            }
        }
        Conv("_conv_head", 1792, 448, 1);
        Norm("_bn1", 1792);
        return weights;

        void Conv(string name, int output, int input, int kernel, bool biased = false)
        {
            weights[$"{name}.weight"] =
                randn(output, input, kernel, kernel) * Math.Sqrt(2.0 / (input * kernel * kernel));
            if (biased)
                weights[$"{name}.bias"] = randn(output);
        }

        void Norm(string name, int channels)
        {
            weights[$"{name}.weight"] = rand(channels) + 0.5;
            weights[$"{name}.bias"] = randn(channels) * 0.1;
            weights[$"{name}.running_mean"] = randn(channels) * 0.1;
            weights[$"{name}.running_var"] = rand(channels) + 0.5;
            weights[$"{name}.num_batches_tracked"] = tensor(5L);
        }
    }

    private static Tensor Features(
        Tensor x,
        Dictionary<string, Tensor> weights,
        (long Before, long After) stem,
        (long Before, long After) atQuarter
    )
    {
        x = Swish(Norm(Conv(x, "_conv_stem", 2, 1, stem), "_bn0"));
        var number = 0;
        for (var s = 0; s < Stages.Length; s++)
        {
            for (var block = 0; block < Stages[s].Blocks; block++)
                x = Block(x, $"_blocks.{number++}", s, block);
        }
        return Swish(Norm(Conv(x, "_conv_head", 1, 1, (0, 0)), "_bn1"));

        Tensor Block(Tensor from, string name, int s, int block)
        {
            var stage = Stages[s];
            var stride = block == 0 ? stage.Stride : 1;
            // Uneven where an even number of pixels is halved; 95 pixels become 48 evenly.
            var pads = (stride, s) switch
            {
                (1, _) => (stage.Kernel / 2, stage.Kernel / 2),
                (_, 2) => atQuarter,
                (_, 5) => (1, 2),
                _ => (0L, 1L),
            };
            var y = from;
            if (stage.Expand > 1)
                y = Swish(Norm(Conv(y, $"{name}._expand_conv", 1, 1, (0, 0)), $"{name}._bn0"));
            y = Swish(Norm(Conv(y, $"{name}._depthwise_conv", stride, y.shape[1], pads), $"{name}._bn1"));
            var squeezed = Swish(Conv(y.mean([2L, 3L], keepdim: true), $"{name}._se_reduce", 1, 1, (0, 0)));
            y = y * Conv(squeezed, $"{name}._se_expand", 1, 1, (0, 0)).sigmoid();
            y = Norm(Conv(y, $"{name}._project_conv", 1, 1, (0, 0)), $"{name}._bn2");
            return block > 0 ? y + from : y;
        }

        Tensor Conv(Tensor of, string name, long stride, long groups, (long Before, long After) pads) =>
            nn.functional.conv2d(
                nn.functional.pad(of, [pads.Before, pads.After, pads.Before, pads.After]),
                weights[$"{name}.weight"],
                weights.GetValueOrDefault($"{name}.bias"),
                strides: [stride, stride],
                groups: groups
            );

        Tensor Norm(Tensor of, string name) =>
            (of - Channel($"{name}.running_mean"))
                / (Channel($"{name}.running_var") + 1e-3).sqrt()
                * Channel($"{name}.weight")
            + Channel($"{name}.bias");

        Tensor Channel(string name) => weights[name].view(1, -1, 1, 1);

        static Tensor Swish(Tensor of) => of * of.sigmoid();
    }
}
