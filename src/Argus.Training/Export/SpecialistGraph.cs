using Argus.Detection;
using Argus.Specialists;
using Argus.Training.Models;
using Argus.Training.Native;
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
    /// <param name="shared">Whether the backbone's map is given, as <see cref="SharedBackbone"/> computes it.</param>
    public static OnnxGraph Build(
        Specialist specialist,
        string backbone,
        IReadOnlyDictionary<string, Tensor> weights,
        int size,
        int frames,
        bool ownViews,
        bool shared
    )
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        return new SpecialistGraph(specialist, BackboneVariant.Find(backbone), weights, size, frames).Build(
            ownViews,
            shared
        );
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

    private OnnxGraph Build(bool ownViews, bool shared)
    {
        var used = specialist.Branches.Select(branch => ownViews ? branch.View : View.Rgb);
        var views = (shared ? used : used.Prepend(View.Rgb))
            .Distinct()
            .ToDictionary(name => name, name => graph.Input(name, "clips", frames, 3, size, size)); // (N, T, 3, S, S)
        var clips = new ClipFrames(graph, frames, size);
        var map = shared
            ? graph.Input(SharedBackbone.Map, "clips", frames, variant.Features, MapSide, MapSide)
            : new BackboneGraph(graph, layers, variant).BuildClips(clips, views[View.Rgb], MapSide);
        map = graph.Reshape(map, -1, variant.Features, MapSide, MapSide); // (N*T, C, h, w)
        var branches = graph.Reshape(
            clips.Join(
                [
                    .. clips.Parts.Select(part =>
                    {
                        var some = views.ToDictionary(view => view.Key, view => clips.Cut(view.Value, part));
                        return Module(branch => some[ownViews ? branch.View : View.Rgb]);
                    }),
                ],
                specialist.Channels,
                Grid,
                Grid
            ),
            -1,
            specialist.Channels,
            Grid,
            Grid
        ); // (N*T, C', 7, 7)
        graph.EndFeatures();
        var head = new HeadGraph(graph, weights, frames);

        var pooled = graph.Add("Flatten", [graph.Add("GlobalAveragePool", [map])]);
        var tokens = graph.Add("Concat", [pooled, graph.Add("Flatten", [branches])], ("axis", 1L)); // (N*T, F)
        // One head for both: each use of a weight would keep a packed copy of its own.
        // (N + N*cells, 2).
        var all = head.Logits(graph.Add("Concat", [tokens, Ablated(map, branches, ownViews)], ("axis", 0L)));
        var count = graph.Add("Shape", [views.Values.First()], ("start", 0L), ("end", 1L));
        graph.Output("logits", graph.Add("Slice", [all, graph.Constant(0), count, graph.Constant(0)]), "clips", 2);
        graph.Output(
            "cells",
            graph.Reshape(
                graph.Add("Slice", [all, count, graph.Constant(long.MaxValue), graph.Constant(0)]),
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

    // The side of the backbone's last map.
    private int MapSide => BackboneGraph.MapSide(size);

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
                (branch.First.Padding, branch.First.Padding)
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
                (branch.Second.Padding, branch.Second.Padding)
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
        var without = einsum("ab,cd->bdac", share, share)
            .reshape(side * side, Cells)
            .Times(-1.0 / Cells)
            .Plus(1.0 / (side * side))
            .Times(Cells / (Cells - 1.0));
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
                Number.Filled(
                    !ownViews || branch.View == View.Rgb || View.Find(branch.View).Pictorial ? 1 : 0,
                    branch.Width,
                    1
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
