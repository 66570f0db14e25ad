using OpenCvSharp;

namespace Argus.Views;

/// <summary>What a branch looks at: three channels computed from a clip.</summary>
/// <param name="Mean">
/// Mean of each channel over real faces; with <paramref name="Std"/> it brings the view to about zero mean and unit
/// variance.
/// </param>
/// <param name="Compute">
/// The view of the frame at a place of the clip: 32-bit floats, three channels, of the input's size; the caller owns
/// it.
/// </param>
/// <param name="Measured">Its values are measurements, whose level counts, not a picture.</param>
/// <param name="Pictorial">What stands at a place of the view comes from about that place of the face crop.</param>
/// <param name="NeedsSound">Whether it is of the sound.</param>
/// <param name="Name">In the tables of specialists and in models.</param>
/// <param name="Std">Standard deviation of each channel over real faces.</param>
public sealed record View(
    string Name,
    float[] Mean,
    float[] Std,
    Func<ClipInput, int, Mat> Compute,
    bool NeedsSound = false,
    bool Measured = false,
    bool Pictorial = true
)
{
    /// <summary>
    /// The enhanced and augmented colour picture, which the backbone sees: <see cref="Imaging.Preprocessing"/> makes
    /// it.
    /// </summary>
    public const string Rgb = "rgb";

    // Means and deviations: measured over clips of 22 people, rounded.
    /// <summary>All rows.</summary>
    public static IReadOnlyList<View> All { get; } =
    [
        new("shading", [0.42f, 0.2f, -0.08f], [0.19f, 0.3f, 0.24f], ShadingView.Compute),
        new("grid", [0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f], GridView.Compute),
        new("residual", [0, 0, 0], [0.011f, 0.011f, 0.011f], ResidualView.Compute),
        new(
            "rim_light",
            [0.02f, 0.006f, 0.005f],
            [0.02f, 0.006f, 0.005f],
            RimLightView.Compute,
            Measured: true,
            Pictorial: false
        ),
        new(
            "rim_detail",
            [0.14f, 0.26f, 0.4f],
            [0.12f, 0.22f, 0.35f],
            RimDetailView.Compute,
            Measured: true,
            Pictorial: false
        ),
        new(
            "rim_blocks",
            [0.0007f, 0.0006f, 0.0006f],
            [0.0006f, 0.0005f, 0.0005f],
            RimBlocksView.Compute,
            Measured: true,
            Pictorial: false
        ),
        new("steps", [0, 0, 0], [0.002f, 0.002f, 0.002f], BlockinessView.Compute, Measured: true),
        new("flow", [0, 0, 0.17f], [0.36f, 0.28f, 0.42f], FlowView.Flow),
        new("warp_error", [0, 0, 0], [0.01f, 0.01f, 0.01f], FlowView.WarpError),
        new("tremor", [0.18f, 0.18f, 0.38f], [0.18f, 0.16f, 0.36f], TremorView.Compute, Measured: true),
        new("mouth", [0.47f, 0.47f, 0.47f], [0.15f, 0.15f, 0.15f], MouthView.Compute, Pictorial: false),
        new("mel", [-5, 0, 0], [4.6f, 0.8f, 0.5f], MelView.Compute, NeedsSound: true, Pictorial: false),
        new(
            "sync",
            [0.28f, 0.28f, 0],
            [0.16f, 0.1f, 0.17f],
            SyncView.Compute,
            NeedsSound: true,
            Measured: true,
            Pictorial: false
        ),
    ];

    /// <exception cref="KeyNotFoundException">No such view.</exception>
    public static View Find(string name) =>
        All.FirstOrDefault(view => view.Name == name) ?? throw new KeyNotFoundException($"There is no view '{name}'.");

    /// <summary>Normalised floats, row by row, channels last: <c>(S, S, 3)</c>.</summary>
    public unsafe void Write(ClipInput clip, int place, Span<float> output)
    {
        using var view = Compute(clip, place);
        var at = 0;
        var width = view.Width;
        var height = view.Height;
        for (var y = 0; y < height; y++)
        {
            var row = new ReadOnlySpan<float>((void*)view.Ptr(y), width * 3);
            for (var x = 0; x < row.Length; x += 3)
            {
                for (var c = 0; c < 3; c++)
                    output[at++] = (row[x + c] - Mean[c]) / Std[c];
            }
        }
    }
}
