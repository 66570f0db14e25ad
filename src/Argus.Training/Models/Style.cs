using Argus.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Models;

/// <summary>
/// Mean and standard deviation of a map's channels over the picture, <c>(N, C, 1, 1)</c> each: in the early layers they
/// tell pictures apart by texture, colour and light (Huang and Belongie, 2017).
/// </summary>
internal readonly record struct Style(Tensor Mean, Tensor Deviation)
{
    /// <summary>Keeps the root of a variance of nothing from being cut off at 0.</summary>
    public const float LeastVariance = 1e-6f;

    /// <summary>That of each picture of a map <c>(N, C, H, W)</c>.</summary>
    public static Style Measure(Tensor map)
    {
        var mean = map.mean([2, 3], keepdim: true);
        var variance = (map * map).mean([2, 3], keepdim: true) - mean * mean;
        return new Style(mean, variance.relu().Plus(LeastVariance).sqrt());
    }

    /// <summary>
    /// MixStyle (Zhou et al., 2021): each picture takes a share of another's style, so that what differs within a
    /// picture counts and what differs between pictures does not. The share is uniform (the paper's is of a beta
    /// distribution); gradients do not flow through styles.
    /// </summary>
    /// <param name="map"><c>(N, C, H, W)</c>.</param>
    /// <param name="largest">Largest share, 0 to 1.</param>
    public static Tensor Mix(Tensor map, double largest)
    {
        using var scope = NewDisposeScope();
        Tensor scale;
        Tensor shift;
        using (no_grad())
        {
            var own = Measure(map);
            var others = randperm(map.shape[0], device: map.device);
            var share = rand([map.shape[0], 1, 1, 1], map.dtype, map.device).Times(largest);
            scale = own.Deviation.lerp(own.Deviation.index_select(0, others), share) / own.Deviation;
            shift = own.Mean.lerp(own.Mean.index_select(0, others), share) - own.Mean * scale;
        }
        return (map * scale).Plus(shift).MoveToOuterDisposeScope();
    }
}
