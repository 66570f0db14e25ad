using Argus.Specialists;
using Argus.Training.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Models;

public class ModelTableTests
{
    // num_params of torchvision's weights (torchvision/models/efficientnet.py), which count the classifier too.
    [Theory]
    [InlineData("efficientnet_b0", 5288548, 1280)]
    [InlineData("efficientnet_b1", 7794184, 1280)]
    [InlineData("efficientnet_b2", 9109994, 1408)]
    [InlineData("efficientnet_b3", 12233232, 1536)]
    [InlineData("efficientnet_b4", 19341616, 1792)]
    [InlineData("efficientnet_b5", 30389784, 2048)]
    [InlineData("efficientnet_b6", 43040704, 2304)]
    [InlineData("efficientnet_b7", 66347960, 2560)]
    public void Every_EfficientNet_has_torchvisions_size(string name, long parameters, int features)
    {
        using var scope = NewDisposeScope();
        var variant = EfficientNetVariant.Rows.First(row => row.Name == name);
        using var backbone = new EfficientNet(variant, 0.2, MemoryFormat.ChannelsLast);
        Assert.Equal(features, variant.Features);
        Assert.Equal(parameters, backbone.parameters().Sum(p => p.numel()) + features * 1000 + 1000);
    }

    [Fact]
    public void The_backbone_starts_like_torchvisions()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(0);
        using var backbone = new EfficientNet(
            EfficientNetVariant.Rows.First(row => row.Name == "efficientnet_b0"),
            0.2,
            MemoryFormat.ChannelsLast
        );
        var state = backbone.state_dict();
        // Kaiming normal, fan out: variance 2 / (O * K * K).
        Assert.Equal(Math.Sqrt(2.0 / (1280 * 1)), state["features.8.0.weight"].std().item<float>(), 1e-3);
        Assert.Equal(Math.Sqrt(2.0 / (32 * 9)), state["features.0.0.weight"].std().item<float>(), 1e-2);
        Assert.Equal(
            (1f, 0f),
            (state["features.8.1.weight"].min().item<float>(), state["features.8.1.bias"].max().item<float>())
        );
    }

    // What a GPU does to a model, in the only way that a processor has: its tensors are replaced by others.
    [Theory]
    [InlineData("efficientnet_b0")]
    [InlineData("resnet18")]
    public void A_model_that_was_moved_computes_with_the_tensors_that_it_moved(string backbone)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(0);
        using var model = new SpecialistModel(Specialist.Find("tm"), new ModelOptions { Backbone = backbone });
        var frames = randn(4, 3, 64, 64);
        model.eval();
        var before = model.Logits(frames);
        model.to(ScalarType.Float64);
        model.to(ScalarType.Float32);
        Assert.Equal(before.data<float>(), model.Logits(frames).data<float>());

        model.train();
        var means = Statistics();
        model.Logits(frames, framesPerClip: 2).sum().backward();
        Assert.All(model.parameters().Where(weight => weight.dim() > 1), weight => Assert.NotNull(weight.grad));
        Assert.All(Statistics().Zip(means), pair => Assert.False(pair.First.equal(pair.Second).all().item<bool>()));

        List<Tensor> Statistics() =>
            [
                .. from entry in model.named_buffers()
                where entry.name.EndsWith("running_mean")
                select entry.buffer.clone(),
            ];
    }

    public static TheoryData<string> Names => [.. Specialist.All.Select(specialist => specialist.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Every_specialist_runs_and_gives_every_parameter_a_gradient_but_biases_that_normalisation_takes_away(
        string name
    )
    {
        using var scope = NewDisposeScope();
        using var model = new SpecialistModel(Specialist.Find(name), new ModelOptions { Backbone = "efficientnet_b0" });
        var logits = model.Logits(randn(4, 3, 64, 64), framesPerClip: 2);
        Assert.Equal([2, 2], logits.shape);
        logits.sum().backward();
        var beforeNorm = Specialist
            .Find(name)
            .Branches.SelectMany(branch =>
                new[] { $"specialist_module.{branch.Name}.0.bias", $"specialist_module.{branch.Name}.3.bias" }
            )
            .ToHashSet();
        Assert.All(
            model.named_parameters(),
            entry => Assert.True(entry.parameter.grad is null == beforeNorm.Contains(entry.name), entry.name)
        );
    }

    [Fact]
    public void A_projection_makes_the_tokens_of_the_head_narrower()
    {
        using var scope = NewDisposeScope();
        using var model = new SpecialistModel(
            Specialist.Find("rr"),
            new ModelOptions { Backbone = "efficientnet_b0", Projection = 64 }
        );
        var state = model.state_dict();
        Assert.Equal([64, model.Features], state["feature_projection.weight"].shape);
        Assert.Equal([192, 64], state["feature_attention.in_proj_weight"].shape);
        Assert.Equal([1024, 64], state["classifier.1.weight"].shape);
        Assert.Equal([1, 2], model.Logits(randn(2, 3, 64, 64), framesPerClip: 2).shape);
    }

    [Theory, MemberData(nameof(Names))]
    public void With_one_frame_and_colour_pictures_it_is_the_published_model_and_with_own_views_it_is_not(string name)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var specialist = Specialist.Find(name);
        using var model = new SpecialistModel(specialist, new ModelOptions { Backbone = "efficientnet_b0" });
        model.eval();
        var frames = randn(2, 3, 64, 64);
        var published = model.Logits(frames);
        var rgb = specialist.Views.Append(Argus.Views.View.Rgb).ToDictionary(view => view, _ => frames);
        Assert.Equal(published.data<float>().ToArray(), model.Logits(rgb, 1).data<float>().ToArray());
        // Each view reaches the branches that are named for it.
        foreach (var view in specialist.Views)
        {
            var other = new Dictionary<string, Tensor>(rgb) { [view] = frames.flip(3) + 1 };
            Assert.NotEqual(published.data<float>().ToArray(), model.Logits(other, 1).data<float>().ToArray());
        }
    }

    [Fact]
    public void Only_specialists_of_fine_traces_start_without_brightness()
    {
        foreach (var specialist in Specialist.All)
        {
            using var scope = NewDisposeScope();
            using var model = new SpecialistModel(specialist, new ModelOptions { Backbone = "efficientnet_b0" });
            var largest = specialist.Branches.Max(branch =>
                model.state_dict()[$"specialist_module.{branch.Name}.0.weight"].mean([2, 3]).abs().max().item<float>()
            );
            Assert.Equal(specialist.StartsHighPass, largest < 1e-6);
        }
        Assert.Equal(
            ["cm", "rr"],
            Specialist.All.Where(specialist => specialist.StartsHighPass).Select(specialist => specialist.Name)
        );
    }

    /// <summary>What training allocates is freed within the step: the number of live tensors does not grow.</summary>
    [Fact]
    public void A_step_leaves_no_tensor_behind()
    {
        using var model = new SpecialistModel(Specialist.Find("cm"), new ModelOptions { Backbone = "efficientnet_b0" });
        Step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++)
            Step();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Step()
        {
            using var scope = NewDisposeScope();
            foreach (var parameter in model.parameters())
                parameter.grad = null;
            model.Logits(randn(2, 3, 64, 64)).sum().backward();
        }
    }
}
