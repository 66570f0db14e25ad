using Argus.Training.Kernels;
using Argus.Training.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Argus.Training.Models;

/// <summary>Batch normalisation with PyTorch's names; statistics and weights stay fp32 whatever the input is.</summary>
internal sealed class BatchNorm : Layer
{
    // Named as they are registered: a model that is moved to another device puts the moved tensors into these fields.
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly Tensor running_mean;
    private readonly Tensor running_var;
    private readonly Tensor num_batches_tracked;

    /// <summary>PyTorch's.</summary>
    public const double DefaultEps = 1e-5;

    public int Channels { get; }
    public Parameter Weight => weight;
    public Parameter Bias => bias;
    public Tensor RunningMean => running_mean;
    public Tensor RunningVariance => running_var;
    public double Eps { get; }
    public double Momentum { get; }

    public BatchNorm(int channels, double eps = DefaultEps, double momentum = 0.1)
        : base(nameof(BatchNorm))
    {
        Channels = channels;
        Eps = eps;
        Momentum = momentum;
        register_parameter("weight", weight = new Parameter(ones(channels)));
        register_parameter("bias", bias = new Parameter(zeros(channels)));
        register_buffer("running_mean", running_mean = zeros(channels));
        register_buffer("running_var", running_var = ones(channels));
        register_buffer("num_batches_tracked", num_batches_tracked = tensor(0L));
    }

    public override Tensor forward(Tensor x)
    {
        CountBatch();
        var more = x.size(1) - Channels;
        return more == 0
            ? nn.functional.batch_norm(x, RunningMean, RunningVariance, Weight, Bias, training, Momentum, Eps)
            : OfPadded(x, more);
    }

    // Channels of zeros stay zero.
    private Tensor OfPadded(Tensor x, long more)
    {
        using var scope = NewDisposeScope();
        Tensor Pad(Tensor values) => nn.functional.pad(values, [0, more]);
        var mean = Pad(RunningMean);
        var variance = Pad(RunningVariance);
        var y = nn.functional.batch_norm(x, mean, variance, Pad(Weight), Pad(Bias), training, Momentum, Eps);
        if (training)
        {
            using var none = no_grad();
            RunningMean.copy_(mean.narrow(0, 0, Channels));
            RunningVariance.copy_(variance.narrow(0, 0, Channels));
        }
        return y.MoveToOuterDisposeScope();
    }

    public NormParameters Parameters => new(Channels, Weight, Bias, RunningMean, RunningVariance, Eps, Momentum);

    public void CountBatch()
    {
        if (!training)
            return;
        using var none = no_grad();
        num_batches_tracked.Count();
    }

    /// <summary>Whether the fused operators are for this picture now.</summary>
    public bool Fuses(Tensor x, int grid = 1) => training && is_grad_enabled() && Pixels.Fit(x, grid);

    /// <summary>
    /// act(norm(x)), times a factor per image <c>(N, 1, 1, 1)</c>, plus a picture; without them 1 and 0.
    /// </summary>
    public Tensor Activated<TActivation>(Tensor x, Tensor? factors = null, Tensor? residual = null)
        where TActivation : struct, IActivation
    {
        if (Fuses(x))
        {
            CountBatch();
            return NormOperators.Activate<TActivation>(x, Parameters, factors, residual);
        }
        using var scope = NewDisposeScope();
        var z = TActivation.Activate(call(x));
        if (factors is not null)
            z = z * factors;
        return (residual is null ? z : z.Plus(residual)).MoveToOuterDisposeScope();
    }

    /// <summary>act(norm(x)), averaged over the cells of a grid: <c>(N, C, H, W)</c> to <c>(N, C, G, G)</c>.</summary>
    public Tensor Pooled<TActivation>(Tensor x, int grid)
        where TActivation : struct, IActivation
    {
        if (Fuses(x, grid))
        {
            CountBatch();
            return NormOperators.Pool<TActivation>(x, Parameters, grid);
        }
        using var scope = NewDisposeScope();
        return nn.functional.adaptive_avg_pool2d(TActivation.Activate(call(x)), grid).MoveToOuterDisposeScope();
    }
}
