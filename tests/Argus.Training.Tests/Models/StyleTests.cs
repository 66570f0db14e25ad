using Argus.Training.Models;
using Argus.Training.Native;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Models;

public class StyleTests
{
    [Fact]
    public void Mixed_pictures_keep_their_content_and_get_styles_between_their_own_and_anothers()
    {
        LibTorch.Load();
        using var scope = NewDisposeScope();
        using var none = no_grad();
        random.manual_seed(3);
        var levels = tensor(new float[] { 1, 2, 4 }).view(3, 1, 1, 1);
        var map = (randn(3, 5, 8, 8) * levels).Plus(levels);
        var before = Style.Measure(map);

        var mixed = Style.Mix(map, 1);

        var after = Style.Measure(mixed);
        Assert.InRange(Distance(Content(map, before), Content(mixed, after)), 0, 1e-4);
        Assert.True(Distance(before.Deviation, after.Deviation) > .1);
        foreach (var (own, taken) in new[] { (before.Mean, after.Mean), (before.Deviation, after.Deviation) })
        {
            var slack = tensor(1e-4f);
            Assert.True(taken.lt(own.amax([0], true).Plus(slack)).all().item<bool>());
            Assert.True(taken.gt(own.amin([0], true).Plus(slack.neg())).all().item<bool>());
        }
        Assert.InRange(Distance(map, Style.Mix(map, 0)), 0, 1e-4);
    }

    [Theory]
    [InlineData("resnet18")]
    [InlineData("efficientnet_b0")]
    public void Styles_are_mixed_while_training_alone(string name)
    {
        LibTorch.Load();
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var backbone = BackboneVariant.Find(name).Create(0, MemoryFormat.Contiguous);
        backbone.eval();
        var frames = randn(4, 3, 64, 64);
        var plain = backbone.call(frames);
        backbone.MixStyle = 1;
        Assert.Equal(0, Distance(plain, backbone.call(frames)));
        backbone.train();
        random.manual_seed(5);
        var mixed = backbone.call(frames);
        backbone.MixStyle = 0;
        random.manual_seed(5);
        Assert.True(Distance(mixed, backbone.call(frames)) > 0);
    }

    private static Tensor Content(Tensor map, Style style) => map.Plus(style.Mean.neg()) / style.Deviation;

    private static double Distance(Tensor a, Tensor b) => a.Plus(b.neg()).abs().max().item<float>();
}
