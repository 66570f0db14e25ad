using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>
/// One use of an operator with a backward pass of its own. TorchSharp's functions keep what they saved until the whole
/// graph goes, and never dispose the gradients that they return; here both go as soon as they were used.
/// </summary>
internal abstract class Operator
{
    private readonly List<Tensor> kept = [];

    [ThreadStatic]
    private static Tensor?[]? returned;

    protected abstract Tensor Forward(Tensor[] inputs);

    /// <summary>Gradients of the inputs, in their order, for that of the output; runs once.</summary>
    protected abstract Tensor?[] Backward(Tensor gradient);

    public Tensor Apply(params Tensor[] inputs)
    {
        using var scope = NewDisposeScope();
        return Node.apply([.. inputs, this]).MoveToOuterDisposeScope();
    }

    /// <summary>Holds a tensor's values, without their history, until the backward pass is done.</summary>
    internal Tensor Keep(Tensor tensor) => Own(tensor.detach());

    /// <summary>Holds a tensor that nobody else has.</summary>
    internal Tensor Own(Tensor tensor)
    {
        kept.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    private sealed class Node : autograd.SingleTensorFunction<Node>
    {
        public override string Name => nameof(Operator);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var use = (Operator)vars[^1];
            ctx.save_data("use", use);
            return use.Forward(Array.ConvertAll(vars[..^1], tensor => (Tensor)tensor));
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
        {
            // Those of the operator before were taken by now.
            foreach (var tensor in returned ?? [])
                tensor?.Dispose();
            var use = (Operator)ctx.get_data("use");
            using var scope = NewDisposeScope();
            returned = use.Backward(gradient);
            foreach (var tensor in returned)
                tensor?.MoveToOuterDisposeScope();
            gradient.Dispose();
            foreach (var tensor in use.kept)
                tensor.Dispose();
            return [.. Array.ConvertAll(returned, tensor => tensor!), null!];
        }
    }
}
