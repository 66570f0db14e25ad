namespace Argus.Training.Export;

/// <summary>
/// Clips <c>(N, T, 3, S, S)</c> in a graph, which looks at a few frames of each at a time and puts what it found one
/// after another again.
/// </summary>
internal sealed class ClipFrames(OnnxGraph graph, int frames, int size)
{
    // Activations of a frame take 30 MB in B4: a long clip goes through in parts, which takes the same time.
    private const int AtOnce = 8;

    /// <summary>First frame and number of frames of each part.</summary>
    public IReadOnlyList<(int First, int Count)> Parts { get; } =
    [.. Enumerable.Range(0, frames).Chunk(AtOnce).Select(part => (part[0], part.Length))];

    /// <summary>A part's pictures, <c>(N*count, 3, S, S)</c>.</summary>
    public string Cut(string clips, (int First, int Count) part) =>
        graph.Reshape(
            part.Count == frames
                ? clips
                : graph.Add(
                    "Slice",
                    [clips, graph.Constant(part.First), graph.Constant(part.First + part.Count), graph.Constant(1)]
                ),
            -1,
            3,
            size,
            size
        );

    /// <summary>What was found of each part, <c>(N*count, shape)</c>, as <c>(N, T, shape)</c>.</summary>
    public string Join(IReadOnlyList<string> found, params long[] shape)
    {
        var parts = found.Zip(Parts, (value, part) => graph.Reshape(value, [-1, part.Count, .. shape])).ToList();
        return parts.Count == 1 ? parts[0] : graph.Add("Concat", parts, ("axis", 1L));
    }
}
