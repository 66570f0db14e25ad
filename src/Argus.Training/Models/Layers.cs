using Argus.Training.Kernels;
using Argus.Training.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using ReLU = Argus.Training.Kernels.ReLU;

namespace Argus.Training.Models;

/// <summary>How convolution weights lie in memory; the numbers are the same, the speed is not.</summary>
public enum MemoryFormat
{
    Contiguous,
    ChannelsLast,
}

/// <summary>
/// 2-D convolution with PyTorch's parameter names. Master weights stay fp32; they are cast to the input's type where
/// they are used. TorchSharp's own Conv2d can neither cast nor lie channels-last.
/// </summary>
internal sealed class Conv2d : Layer
{
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly long[] stride;
    private readonly long[] padding;
    private readonly long groups;

    public Conv2d(
        int input,
        int output,
        int kernel,
        int stride,
        int padding,
        int groups,
        bool bias,
        ConvStart start,
        MemoryFormat format
    )
        : base(nameof(Conv2d))
    {
        long[] shape = [output, input / groups, kernel, kernel];
        using var initial = Initialise.Weight(start, shape);
        weight = new Parameter(format == MemoryFormat.ChannelsLast ? initial.AsChannelsLast() : initial.clone());
        register_parameter("weight", weight);
        if (bias)
            register_parameter("bias", this.bias = new Parameter(Initialise.Bias(start, shape)));
        this.stride = [stride, stride];
        this.padding = [padding, padding];
        this.groups = groups;
    }

    public Parameter Weight => weight;
    public int Stride => (int)stride[0];

    /// <summary>Whether it is depthwise, of a kind that <see cref="NormOperators.Depthwise"/> does.</summary>
    public bool IsDepthwise =>
        bias is null
        && groups == weight.size(0)
        && weight.size(1) == 1
        && stride[0] <= 2
        && (weight.size(2) is 3 or 5)
        && padding[0] == weight.size(2) / 2;

    /// <summary>The weight, and the bias where there is one.</summary>
    public Tensor[] Learned => bias is null ? [weight] : [weight, bias];

    public override Tensor forward(Tensor x)
    {
        if (!ProcessorCaches.AreKnown && IsPointwise && x.device_type == DeviceType.CPU)
            return Pointwise(x);
        if (x.dtype == weight.dtype)
            return nn.functional.conv2d(x, weight, bias, stride, padding, null, groups);
        using var scope = NewDisposeScope();
        return nn
            .functional.conv2d(x, weight.to(x.dtype), bias?.to(x.dtype), stride, padding, null, groups)
            .MoveToOuterDisposeScope();
    }

    private bool IsPointwise => weight.size(2) == 1 && groups == 1 && padding[0] == 0;

    // The same as a product of matrices, which oneDNN plans without the sizes of caches.
    private Tensor Pointwise(Tensor x)
    {
        using var scope = NewDisposeScope();
        var every = TensorIndex.Slice(step: stride[0]);
        var rows = x[.., .., every, every].permute(0, 2, 3, 1); // (N, H, W, C)
        var y = nn.functional.linear(rows, weight.flatten(1).to(x.dtype), bias?.to(x.dtype));
        return y.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// A convolution before batch normalisation, with output channels of zeros up to the next multiple; the input may
    /// have some too. In training the normalisation takes away what the bias adds, so its gradient is 0 and not worked
    /// out.
    /// </summary>
    public Tensor BeforeNorm(Tensor x, long multiple)
    {
        using var scope = NewDisposeScope();
        var (padded, shift) = Padded(x, multiple);
        return nn.functional.conv2d(x, padded, shift, stride, padding, null, groups).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// As <see cref="BeforeNorm"/>, then ReLU of the normalisation, averaged over the cells of a grid:
    /// <c>(N, C, H, W)</c> to <c>(N, O, G, G)</c>, O with the channels of zeros.
    /// </summary>
    public Tensor Pooled(Tensor x, long multiple, BatchNorm norm, int grid)
    {
        using var scope = NewDisposeScope();
        var (padded, shift) = Padded(x, multiple);
        if (shift is null || !norm.Fuses(x) || !NormOperators.Convolves(x, padded, stride[0], padding[0], groups, grid))
        {
            var y = nn.functional.conv2d(x, padded, shift, stride, padding, null, groups);
            return norm.Pooled<ReLU>(y, grid).MoveToOuterDisposeScope();
        }
        norm.CountBatch();
        return NormOperators.ConvolveAndPool<ReLU>(x, padded, shift, norm.Parameters, grid).MoveToOuterDisposeScope();
    }

    private (Tensor Weight, Tensor? Bias) Padded(Tensor x, long multiple)
    {
        long more = (multiple - weight.shape[0] % multiple) % multiple;
        long given = x.shape[1] - weight.shape[1];
        return (
            nn.functional.pad(weight, [0, 0, 0, 0, 0, given, 0, more]).to(x.dtype),
            bias is null ? null : nn.functional.pad(training ? bias.detach() : bias, [0, more]).to(x.dtype)
        );
    }
}

/// <summary>
/// Fully connected layer with PyTorch's names and initialisation; cast where used, like <see cref="Conv2d"/>.
/// </summary>
internal sealed class Linear : Layer
{
    private readonly Parameter weight;
    private readonly Parameter bias;

    public Linear(int input, int output)
        : base(nameof(Linear))
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
