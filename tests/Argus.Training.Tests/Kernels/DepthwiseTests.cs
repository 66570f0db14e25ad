using Argus.Training.Kernels;
using Argus.Training.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Kernels;

/// <summary>
/// The fused middle of an inverted residual block against libtorch's own operators in double precision: the result,
/// every gradient, the running statistics of both normalisations.
/// </summary>
public sealed class DepthwiseTests
{
    // Channels of half a slot, of whole ones and between; rows shorter than what is done at once; odd sizes over two.
    [Theory]
    [InlineData(2, 16, 9, 6, 3, 1, true)]
    [InlineData(3, 24, 7, 7, 5, 1, true)]
    [InlineData(1, 56, 4, 12, 5, 2, true)]
    [InlineData(2, 32, 5, 3, 5, 1, true)]
    [InlineData(2, 8, 5, 7, 3, 2, true)]
    [InlineData(2, 144, 12, 12, 3, 2, true)]
    [InlineData(3, 48, 10, 11, 3, 1, false)]
    [InlineData(2, 24, 6, 6, 5, 2, false)]
    public void Result_and_gradients_equal_libtorchs(
        int images,
        int channels,
        int height,
        int width,
        int kernel,
        int stride,
        bool normsBefore
    )
    {
        Registers.SkipUnlessWide(bits: 256);
        Agree(wide: Pixels.AreWide(channels));
        Agree(wide: false);

        void Agree(bool wide)
        {
            using var scope = NewDisposeScope();
            random.manual_seed(5);
            using var before = Norm(channels);
            using var after = Norm(channels);
            using var excitation = new SqueezeExcitation(channels, 6, MemoryFormat.ChannelsLast);
            var x = (randn(images, channels, height, width) * 2 + 1).AsChannelsLast().requires_grad_();
            var weight = (randn(channels, 1, kernel, kernel) * 0.3).requires_grad_();
            NormParameters? first = normsBefore ? before.Parameters : null;
            Tensor[] learned =
            [
                weight,
                after.Weight,
                after.Bias,
                .. normsBefore ? new Tensor[] { before.Weight, before.Bias } : [],
                .. excitation.Learned,
            ];
            Operator use = wide
                ? new Depthwise<SiLU, Vector16>(first, after.Parameters, stride)
                : new Depthwise<SiLU, Vector8>(first, after.Parameters, stride);
            var result = use.Apply([x.clone(), .. learned]); // a copy: the operator gives its input up
            var gradient = randn(result.shape);
            result.backward([gradient]);

            Tensor Double(Tensor tensor) => tensor.detach().to(ScalarType.Float64).requires_grad_();
            var exact = Double(x);
            Tensor[] copies = [.. learned.Select(Double)];
            var means = new[] { zeros(channels, float64), zeros(channels, float64) };
            var variances = new[] { ones(channels, float64), ones(channels, float64) };
            Tensor Normal(Tensor y, int which, Tensor w, Tensor b) =>
                nn.functional.silu(
                    nn.functional.batch_norm(y, means[which], variances[which], w, b, true, 0.1, after.Eps)
                );
            var z = normsBefore ? Normal(exact, 0, copies[3], copies[4]) : exact;
            var half = kernel / 2;
            z = nn.functional.conv2d(z, copies[0], null, [stride, stride], [half, half], null, channels);
            z = Normal(z, 1, copies[1], copies[2]);
            var se = copies[^4..];
            var inner = nn.functional.silu(nn.functional.conv2d(nn.functional.adaptive_avg_pool2d(z, 1), se[0], se[1]));
            var expected = z * nn.functional.conv2d(inner, se[2], se[3]).sigmoid();
            expected.backward([gradient.to(ScalarType.Float64)]);

            FusedNormTests.Near("result", expected, result);
            FusedNormTests.Near("x", exact.grad!, x.grad!);
            foreach (var (index, (copy, own)) in copies.Zip(learned).Index())
                FusedNormTests.Near($"learned {index}", copy.grad!, own.grad!);
            FusedNormTests.Near("mean", means[1], after.RunningMean);
            FusedNormTests.Near("variance", variances[1], after.RunningVariance);
            if (normsBefore)
                FusedNormTests.Near("variance before", variances[0], before.RunningVariance);
        }
    }

    private static BatchNorm Norm(int channels)
    {
        var norm = new BatchNorm(channels);
        using (no_grad())
        {
            norm.Weight.copy_(rand(channels) + 0.5);
            norm.Bias.copy_(randn(channels));
        }
        return norm;
    }
}
