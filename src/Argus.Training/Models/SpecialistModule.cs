using Argus.Specialists;
using Argus.Training.Kernels;
using Argus.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Models;

/// <summary>
/// The part that is named for its specialist: parallel conv branches, pooled to 7x7, concatenated, weighted by an
/// attention map. Each branch's view <c>(N, 3, H, W)</c> to <c>(N, C, 7, 7)</c>.
/// </summary>
internal sealed class SpecialistModule : Layer
{
    private readonly List<(BranchTower Tower, string View)> branches = [];
    private readonly Conv2d squeeze;
    private readonly Conv2d excite;

    public SpecialistModule(Specialist specialist, ModelOptions options)
        : base(nameof(SpecialistModule))
    {
        foreach (var branch in specialist.Branches)
        {
            var measured = options.OwnViews && branch.View != View.Rgb && View.Find(branch.View).Measured;
            var tower = new BranchTower(
                branch,
                specialist.StartsHighPass && !measured,
                options.Shortcuts,
                options.Format
            );
            register_module(branch.Name, tower);
            branches.Add((tower, branch.View));
        }
        squeeze = new Conv2d(specialist.Channels, 32, 1, 1, 0, 1, bias: true, ConvStart.PyTorch, options.Format);
        excite = new Conv2d(32, specialist.Channels, 1, 1, 0, 1, bias: true, ConvStart.PyTorch, options.Format);
        register_module("attention", new NamedLayers(("0", squeeze), ("2", excite)));
    }

    /// <summary>Every branch looks at the same picture.</summary>
    public override Tensor forward(Tensor x) => Features(_ => x);

    /// <param name="view">What a branch that is named for this view looks at.</param>
    public Tensor Features(Func<string, Tensor> view)
    {
        using var scope = NewDisposeScope();
        var features = cat([.. branches.Select(branch => branch.Tower.call(view(branch.View)))], 1); // (N, C, 7, 7)
        var attention = excite.call(nn.functional.relu(squeeze.call(features))).sigmoid();
        return (features * attention).MoveToOuterDisposeScope();
    }
}

/// <summary>conv-BN-ReLU, conv-BN-ReLU, conv 1x1, adaptive average pooling to 7x7.</summary>
internal sealed class BranchTower : Layer
{
    private readonly Conv2d first;
    private readonly Conv2d second;
    private readonly Conv2d last;
    private readonly BatchNorm firstNorm;
    private readonly BatchNorm secondNorm;
    private readonly bool poolFirst;
    private readonly MemoryFormat format;

    // libtorch's batch normalisation of channels-last pictures takes ten times as long and more where channels do not
    // fill registers (8 x 14 x 224 x 224: 22 ms forward and 100 backward; with two channels of zeros more 2 and 2).
    private const int RegisterFloats = 8;

    public BranchTower(Branch branch, bool highPass, bool poolFirst, MemoryFormat format)
        : base(nameof(BranchTower))
    {
        Conv2d Conv(int input, int output, Convolution shape, ConvStart start = ConvStart.PyTorch) =>
            new(input, output, shape.Kernel, shape.Stride, shape.Padding, 1, bias: true, start, format);

        this.poolFirst = poolFirst;
        this.format = format;
        var width = branch.Width;
        register_module("0", first = Conv(3, width, branch.First, highPass ? ConvStart.HighPass : ConvStart.PyTorch));
        register_module("1", firstNorm = new BatchNorm(width));
        register_module("3", second = Conv(width, 2 * width, branch.Second));
        register_module("4", secondNorm = new BatchNorm(2 * width));
        register_module("6", last = Conv(2 * width, width, new Convolution(1, 1, 0)));
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var multiple =
            poolFirst && format == MemoryFormat.ChannelsLast && x.device_type == DeviceType.CPU ? RegisterFloats : 1;
        x = firstNorm.Activated<ReLU>(first.BeforeNorm(x, multiple));
        // A 1x1 convolution and average pooling commute, and on 49 cells it costs a thousandth.
        x = poolFirst
            ? last.call(second.Pooled(x, multiple, secondNorm, Specialist.GridSize).narrow(1, 0, secondNorm.Channels))
            : nn.functional.adaptive_avg_pool2d(
                last.call(secondNorm.Activated<ReLU>(second.BeforeNorm(x, multiple))),
                Specialist.GridSize
            );
        return x.MoveToOuterDisposeScope(); // (N, c, 7, 7)
    }
}

/// <summary>A level of names without a computation of its own.</summary>
internal sealed class NamedLayers : nn.Module
{
    public NamedLayers(params (string Name, nn.Module Module)[] parts)
        : base(nameof(NamedLayers))
    {
        foreach (var (name, module) in parts)
            register_module(name, module);
    }
}
