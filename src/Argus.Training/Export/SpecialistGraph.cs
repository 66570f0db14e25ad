using Argus.Detection;
using Argus.Specialists;
using Argus.Training.Models;
using Argus.Views;
using static TorchSharp.torch;

namespace Argus.Training.Export;

/// <summary>
/// A specialist as an ONNX graph that computes what
/// <see cref="SpecialistModel.Logits(IReadOnlyDictionary{string, Tensor}, int)"/> does in evaluation: batch
/// normalisation folded into the convolutions before it, linear layers in a row into one.
/// </summary>
internal sealed class SpecialistGraph
{
    private const int Grid = Specialist.GridSize;
    private const int Cells = Grid * Grid;

    // Activations of a frame take 30 MB in B4: a long clip goes through in parts, which takes the same time.
    private const int FramesAtOnce = 8;

    private readonly OnnxGraph graph = new("specialist");
    private readonly GraphLayers layers;
    private readonly IReadOnlyDictionary<string, Tensor> weights;
    private readonly Specialist specialist;
    private readonly BackboneVariant variant;
    private readonly int size;
    private readonly int frames;

    /// <param name="size">Side of the input, pixels.</param>
    /// <param name="frames">Frames of a clip.</param>
    /// <param name="ownViews">Whether each branch looks at its own view.</param>
    public static OnnxGraph Build(
        Specialist specialist,
        string backbone,
        IReadOnlyDictionary<string, Tensor> weights,
        int size,
        int frames,
        bool ownViews
    )
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        return new SpecialistGraph(specialist, BackboneVariant.Find(backbone), weights, size, frames).Build(ownViews);
    }

    private SpecialistGraph(
        Specialist specialist,
        BackboneVariant variant,
        IReadOnlyDictionary<string, Tensor> weights,
        int size,
        int frames
    )
    {
        this.specialist = specialist;
        this.variant = variant;
        this.weights = weights;
        layers = new GraphLayers(graph, weights);
        this.size = size;
        this.frames = frames;
    }

    private OnnxGraph Build(bool ownViews)
    {
        var views = specialist
            .Views.Where(_ => ownViews)
            .Prepend(View.Rgb)
            .ToDictionary(name => name, name => graph.Input(name, "clips", frames, 3, size, size)); // (N, T, 3, S, S)
        var parts = Enumerable
            .Range(0, frames)
            .Chunk(FramesAtOnce)
            .Select(some => Features(views, some[0], some.Length))
            .ToList();
        // (N*T, C, h, w).
        var map = Joined([.. parts.Select(part => (part.Map, part.Frames))], variant.Features, MapSide);
        // (N*T, C', 7, 7).
        var branches = Joined([.. parts.Select(part => (part.Branches, part.Frames))], specialist.Channels, Grid);
        graph.EndFeatures();
        var head = new HeadGraph(graph, weights, frames);

        var pooled = graph.Add("Flatten", [graph.Add("GlobalAveragePool", [map])]);
        var tokens = graph.Add("Concat", [pooled, graph.Add("Flatten", [branches])], ("axis", 1L)); // (N*T, F)
        // One head for both: each use of a weight would keep a packed copy of its own.
        // (N + N*cells, 2).
        var all = head.Logits(graph.Add("Concat", [tokens, Ablated(map, branches, ownViews)], ("axis", 0L)));
        // What scopes are made of: each clip's mean.
        var means = graph.Add(
            "ReduceMean",
            [graph.Reshape(pooled, -1, frames, variant.Features)],
            ("axes", new long[] { 1 }),
            ("keepdims", 0L)
        );
        graph.Output(SpecialistModelFile.FeaturesOutput, means, "clips", variant.Features);
        var clips = graph.Add("Shape", [views[View.Rgb]], ("start", 0L), ("end", 1L));
        graph.Output("logits", graph.Add("Slice", [all, graph.Constant(0), clips, graph.Constant(0)]), "clips", 2);
        graph.Output(
            "cells",
            graph.Reshape(
                graph.Add("Slice", [all, clips, graph.Constant(long.MaxValue), graph.Constant(0)]),
                -1,
                Cells,
                2
            ),
            "clips_with_cells",
            Cells,
            2
        );
        return graph;
    }

    // The graph looks at some frames of each clip at a time.
    private (string Map, string Branches, int Frames) Features(
        IReadOnlyDictionary<string, string> views,
        int first,
        int count
    )
    {
        var some = views.ToDictionary(
            view => view.Key,
            view =>
                graph.Reshape(
                    count == frames
                        ? view.Value
                        : graph.Add(
                            "Slice",
                            [view.Value, graph.Constant(first), graph.Constant(first + count), graph.Constant(1)]
                        ),
                    -1,
                    3,
                    size,
                    size
                )
        );
        return (
            new BackboneGraph(graph, layers).Build(variant, some[View.Rgb]),
            Module(branch => some.GetValueOrDefault(branch.View) ?? some[View.Rgb]),
            count
        );
    }

    // Parts of the clips' frames one after another again.
    private string Joined(IReadOnlyList<(string Value, int Frames)> parts, int channels, int side) =>
        parts.Count == 1
            ? parts[0].Value
            : graph.Reshape(
                graph.Add(
                    "Concat",
                    [.. parts.Select(part => graph.Reshape(part.Value, -1, part.Frames, channels, side, side))],
                    ("axis", 1L)
                ),
                -1,
                channels,
                side,
                side
            );

    // The side of the backbone's last map: five layers have stride 2.
    private int MapSide => Enumerable.Range(0, 5).Aggregate(size, (length, _) => (length + 1) / 2);

    private string Module(Func<Branch, string> view)
    {
        const double Eps = BatchNorm.DefaultEps;
        var x = graph.Add("Concat", [.. specialist.Branches.Select(Tower)], ("axis", 1L));
        var attention = layers.PlainConv(
            graph.Add("Relu", [layers.PlainConv(x, "specialist_module.attention.0")]),
            "specialist_module.attention.2"
        );
        return graph.Add("Mul", [x, graph.Add("Sigmoid", [attention])]);

        string Tower(Branch branch)
        {
            var name = $"specialist_module.{branch.Name}";
            var y = layers.ConvNorm(
                view(branch),
                $"{name}.0",
                $"{name}.1",
                branch.First.Kernel,
                branch.First.Stride,
                1,
                Eps,
                layers.Relu,
                branch.First.Padding
            );
            y = layers.ConvNorm(
                y,
                $"{name}.3",
                $"{name}.4",
                branch.Second.Kernel,
                branch.Second.Stride,
                1,
                Eps,
                layers.Relu,
                branch.Second.Padding
            );
            // Pooling first costs less and is equal.
            return layers.PlainConv(Pooled(y, branch.Second.Length(branch.First.Length(size))), $"{name}.6");
        }
    }

    // Adaptive average pooling to 7x7. Where windows differ in size it is a product with a matrix on either side.
    private string Pooled(string x, int side)
    {
        if (side == Grid)
            return x;
        if (side % Grid == 0)
            return graph.Add(
                "AveragePool",
                [x],
                ("kernel_shape", new long[] { side / Grid, side / Grid }),
                ("strides", new long[] { side / Grid, side / Grid })
            );
        var rows = zeros(Grid, side);
        for (var i = 0; i < Grid; i++)
        {
            int first = i * side / Grid;
            int last = ((i + 1) * side + Grid - 1) / Grid;
            rows[i, first..last] = 1.0 / (last - first);
        }
        return graph.Add(
            "MatMul",
            [
                graph.Add("MatMul", [graph.AddWeight($"pool_{side}_rows", rows), x]),
                graph.AddWeight($"pool_{side}_columns", rows.t()),
            ]
        );
    }

    /// <summary>
    /// The tokens as if one of the 7x7 cells of the last feature maps were not there: <c>(N*49*T, F)</c>. A cell of the
    /// backbone leaves the mean; a cell of a branch becomes the mean of its map. Branches whose view is not laid out
    /// like the picture stay as they are.
    /// </summary>
    private string Ablated(string map, string branches, bool ownViews)
    {
        var side = MapSide;
        // What is left of the mean over side x side values without a cell's share, for each of the 49 cells.
        var share = Overlap(side); // (7, side)
        var without =
            (1.0 / (side * side) - einsum("ab,cd->bdac", share, share).reshape(side * side, Cells) / Cells)
            * (Cells / (Cells - 1.0));
        var pooled = graph.Transpose(
            graph.Add(
                "MatMul",
                [graph.Reshape(map, 0, variant.Features, side * side), graph.AddWeight("cells_left", without)]
            ),
            0,
            2,
            1
        ); // (N*T, 49, C)

        var like = cat([
            .. specialist.Branches.Select(branch =>
                full(
                    branch.Width,
                    1,
                    !ownViews || branch.View == View.Rgb || View.Find(branch.View).Pictorial ? 1f : 0f
                )
            ),
        ]);
        var flat = graph.Reshape(branches, 0, specialist.Channels, Cells); // (N*T, C', 49)
        var change = graph.Add(
            "Mul",
            [
                graph.Add("Sub", [graph.Add("ReduceMean", [flat], ("axes", new[] { 2L })), flat]),
                graph.AddWeight("cells_pictorial", like),
            ]
        );
        var changed = graph.Add(
            "Add",
            [
                graph.Reshape(flat, 0, 1, specialist.Channels, Cells),
                graph.Add(
                    "Mul",
                    [
                        graph.Reshape(change, 0, 1, specialist.Channels, Cells),
                        graph.AddWeight("cells_each", eye(Cells).reshape(1, Cells, 1, Cells)),
                    ]
                ),
            ]
        );
        // (N*T, 49, F).
        var tokens = graph.Add("Concat", [pooled, graph.Reshape(changed, 0, Cells, specialist.Features)], ("axis", 2L));
        // Running the head 49 times costs more than all before it, and ONNX Runtime computes every output: without
        // being asked to it takes none of the cells.
        tokens = graph.Add(
            "Slice",
            [tokens, graph.Constant(0), graph.Optional(SpecialistModelFile.CellsWanted, 0), graph.Constant(1)]
        );
        var features = variant.Features + specialist.Features;
        return frames == 1
            ? graph.Reshape(tokens, -1, features)
            : graph.Reshape(
                graph.Transpose(graph.Reshape(tokens, -1, frames, Cells, features), 0, 2, 1, 3),
                -1,
                features
            );
    }

    // Which share of each of 7 equal parts of a line each of so many equal parts is; rows add up to 1.
    private static Tensor Overlap(int side)
    {
        var share = new double[Grid, side];
        for (var i = 0; i < Grid; i++)
        {
            for (var j = 0; j < side; j++)
                share[i, j] =
                    Math.Max(
                        0,
                        Math.Min((i + 1.0) / Grid, (j + 1.0) / side) - Math.Max((double)i / Grid, (double)j / side)
                    ) * Grid;
        }
        return tensor(share);
    }
}
