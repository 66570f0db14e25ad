using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Argus.Training.Models;

/// <summary>How convolution weights lie in memory; the numbers are the same, the speed is not.</summary>
public enum MemoryFormat { Contiguous, ChannelsLast }

/// <summary>
/// 2-D convolution with PyTorch's parameter names. Master weights stay fp32; they are cast to the input's type where they
/// are used. TorchSharp's own Conv2d can neither cast nor lie channels-last.
/// </summary>
internal sealed class Conv2d : Layer
{
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly long[] stride, padding;
    private readonly long groups;

    public Conv2d(int input, int output, int kernel, int stride, int padding, int groups, bool bias, ConvStart start, MemoryFormat format)
        : base(nameof(Conv2d))
    {
        long[] shape = [output, input / groups, kernel, kernel];
        using var initial = Initialise.Weight(start, shape);
        weight = new Parameter(format == MemoryFormat.ChannelsLast ? initial.AsChannelsLast() : initial.clone());
        register_parameter("weight", weight);
        if (bias) register_parameter("bias", this.bias = new Parameter(Initialise.Bias(start, shape)));
        (this.stride, this.padding, this.groups) = ([stride, stride], [padding, padding], groups);
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return nn.functional.conv2d(x, weight.to(x.dtype), bias?.to(x.dtype), stride, padding, null, groups).MoveToOuterDisposeScope();
    }

    /// <summary>The same with output channels of zeros up to the next multiple; the input may have some too.</summary>
    public Tensor Padded(Tensor x, long multiple)
    {
        using var scope = NewDisposeScope();
        long more = (multiple - weight.shape[0] % multiple) % multiple, given = x.shape[1] - weight.shape[1];
        var padded = nn.functional.pad(weight, [0, 0, 0, 0, 0, given, 0, more]);
        return nn.functional.conv2d(x, padded.to(x.dtype), bias is null ? null : nn.functional.pad(bias, [0, more]).to(x.dtype), stride, padding, null, groups).MoveToOuterDisposeScope();
    }
}

/// <summary>Batch normalisation with PyTorch's names; statistics and weights stay fp32 whatever the input is.</summary>
internal sealed class BatchNorm : Layer
{
    private readonly Parameter weight, bias;
    private readonly Tensor running_mean, running_var, num_batches_tracked;
    private readonly double eps, momentum;

    /// <summary>PyTorch's.</summary>
    public const double DefaultEps = 1e-5;

    public long Channels => weight.shape[0];

    public BatchNorm(int channels, double eps = DefaultEps, double momentum = 0.1) : base(nameof(BatchNorm))
    {
        (this.eps, this.momentum) = (eps, momentum);
        register_parameter("weight", weight = new Parameter(ones(channels)));
        register_parameter("bias", bias = new Parameter(zeros(channels)));
        register_buffer("running_mean", running_mean = zeros(channels));
        register_buffer("running_var", running_var = ones(channels));
        register_buffer("num_batches_tracked", num_batches_tracked = tensor(0L));
    }

    public override Tensor forward(Tensor x)
    {
        if (training)
        {
            using var none = no_grad();
            num_batches_tracked.add_(1);
        }
        var more = x.shape[1] - Channels;
        return more == 0 ? nn.functional.batch_norm(x, running_mean, running_var, weight, bias, training, momentum, eps) : OfPadded(x, more);
    }

    // Channels of zeros stay zero.
    private Tensor OfPadded(Tensor x, long more)
    {
        using var scope = NewDisposeScope();
        Tensor Pad(Tensor values) => nn.functional.pad(values, [0, more]);
        var (mean, variance) = (Pad(running_mean), Pad(running_var));
        var y = nn.functional.batch_norm(x, mean, variance, Pad(weight), Pad(bias), training, momentum, eps);
        if (training)
        {
            using var none = no_grad();
            running_mean.copy_(mean.narrow(0, 0, Channels));
            running_var.copy_(variance.narrow(0, 0, Channels));
        }
        return y.MoveToOuterDisposeScope();
    }
}

/// <summary>Fully connected layer with PyTorch's names and initialisation; cast where used, like <see cref="Conv2d"/>.</summary>
internal sealed class Linear : Layer
{
    private readonly Parameter weight, bias;

    public Linear(int input, int output) : base(nameof(Linear))
    {
        var bound = 1 / Math.Sqrt(input);
        register_parameter("weight", weight = new Parameter(empty(output, input).uniform_(-bound, bound)));
        register_parameter("bias", bias = new Parameter(empty(output).uniform_(-bound, bound)));
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(x, weight.to(x.dtype), bias.to(x.dtype)).MoveToOuterDisposeScope();
    }
}

internal static class Layout
{
    /// <summary>The same (N, C, H, W) values, with C fastest in memory.</summary>
    public static Tensor AsChannelsLast(this Tensor x)
    {
        using var nhwc = x.permute(0, 2, 3, 1);
        using var dense = nhwc.contiguous();
        return dense.is_same(nhwc) ? dense.clone().permute(0, 3, 1, 2) : dense.permute(0, 3, 1, 2);
    }

    private static bool is_same(this Tensor a, Tensor b) => a.Handle == b.Handle;
}
