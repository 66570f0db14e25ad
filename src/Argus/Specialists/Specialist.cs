using Argus.Views;

namespace Argus.Specialists;

/// <summary>
/// One convolution of a branch: <paramref name="Kernel"/> x <paramref name="Kernel"/> with stride and padding in
/// pixels.
/// </summary>
public readonly record struct Convolution(int Kernel, int Stride, int Padding)
{
    /// <summary>Keeps height and width for odd kernels.</summary>
    public static Convolution Same(int kernel) => new(kernel, 1, kernel / 2);

    /// <summary>Side of what comes out of a square of this side.</summary>
    public int Length(int side) => (side + 2 * Padding - Kernel) / Stride + 1;
}

/// <summary>
/// A conv tower: <c>first</c>-BN-ReLU, <c>second</c>-BN-ReLU, conv 1x1, pooled to 7x7; widths 3 -> c -> 2c -> c.
/// </summary>
/// <param name="View">
/// What it looks at where the recipe says <c>model.views: own</c>: a name of <see cref="Argus.Views.View.All"/>, or
/// rgb.
/// </param>
/// <param name="Second">The second convolution.</param>
/// <param name="First">The first convolution.</param>
/// <param name="Width">Channels (c) of the first convolution.</param>
/// <param name="Name">How its state-dict entries begin.</param>
public sealed record Branch(string Name, int Width, Convolution First, Convolution Second, string View)
{
    /// <summary>A branch whose two convolutions are alike and keep height and width.</summary>
    public Branch(string name, int kernel, int width, string view)
        : this(name, width, Convolution.Same(kernel), Convolution.Same(kernel), view) { }
}

/// <summary>A row of the table below: what one specialist is made of.</summary>
/// <param name="Name">Key on the command line and in recipes.</param>
/// <param name="LooksFor">In words, for people.</param>
/// <param name="OwnKind">The kind of forgery in the sample data that it is named for.</param>
/// <param name="StartsHighPass">
/// Whether its first convolutions of pictures start with zero-mean kernels, so that from the first step they see
/// residuals and not brightness (the idea of constrained convolutions, Bayar and Stamm, 2016). Only the start: training
/// may leave it.
/// </param>
/// <param name="NeedsPixelGrid">
/// Whether its views look at pixels as they were coded, which lossy storage and shrinking destroy.
/// </param>
/// <param name="Branches">In the order in which their channels are concatenated.</param>
/// <param name="Title">In words, for headings.</param>
public sealed record Specialist(
    string Name,
    string Title,
    string LooksFor,
    string OwnKind,
    bool StartsHighPass,
    bool NeedsPixelGrid,
    IReadOnlyList<Branch> Branches
)
{
    /// <summary>Side of the grid that every branch is pooled to.</summary>
    public const int GridSize = 7;

    /// <summary>Channels of the concatenated branches.</summary>
    public int Channels { get; } = Branches.Sum(branch => branch.Width);

    /// <summary>The views that its branches look at beside the colour picture, each once.</summary>
    public IReadOnlyList<string> Views { get; } =
    [.. Branches.Select(branch => branch.View).Where(view => view != View.Rgb).Distinct()];

    /// <summary>Whether one of its views is of the sound.</summary>
    public bool Hears => Views.Any(view => View.Find(view).NeedsSound);

    /// <summary>Length of the flattened module output.</summary>
    public int Features => Channels * GridSize * GridSize;

    /// <summary>All rows.</summary>
    public static IReadOnlyList<Specialist> All { get; } =
    [
        new(
            "bg",
            "background/lighting",
            "background texture, lighting direction, shadow, colour temperature",
            "lighting",
            StartsHighPass: false,
            NeedsPixelGrid: false,
            [
                new("bg_texture", 7, 16, "rgb"),
                new("lighting_detector", 5, 12, "rim_light"),
                new("shadow_checker", 9, 8, "shading"),
                new("color_temp", 3, 8, "rim_light"),
            ]
        ),
        new(
            "av",
            "audio-visual",
            "lip-sync, voice frequency, audio-visual correlation, audio over time",
            "audio",
            StartsHighPass: false,
            NeedsPixelGrid: false,
            [
                new("lipsync_analyzer", 5, 16, "mouth"),
                new("voice_detector", 7, 12, "mel"),
                new("av_correlation", 3, 10, "sync"),
                new("temporal_audio", 9, 10, "sync"),
            ]
        ),
        new(
            "cm",
            "compression",
            "DCT coefficients, quantisation, block boundaries, compression level",
            "compression",
            StartsHighPass: true,
            NeedsPixelGrid: true,
            [
                new("dct_analyzer", 12, new(8, 8, 0), new(1, 1, 0), "grid"),
                new("quant_detector", 10, new(4, 2, 1), new(4, 2, 1), "steps"),
                new("block_checker", 3, 8, "rim_blocks"),
                new("compression_estimator", 5, 10, "rim_blocks"),
            ]
        ),
        new(
            "rr",
            "resolution",
            "resolution mismatch, upscaling, edge sharpness, interpolation",
            "resolution",
            StartsHighPass: true,
            NeedsPixelGrid: true,
            [
                new("resolution_analyzer", 3, 10, "rim_detail"),
                new("upscaling_detector", 5, 8, "residual"),
                new("edge_checker", 3, 8, "rim_detail"),
                new("interpolation_detector", 7, 10, "grid"),
            ]
        ),
        new(
            "tm",
            "temporal",
            "frame consistency, motion, temporal artefacts, flow validity",
            "temporal",
            StartsHighPass: false,
            NeedsPixelGrid: false,
            [
                new("frame_consistency", 5, 14, "warp_error"),
                new("motion_analyzer", 7, 12, "tremor"),
                new("temporal_detector", 3, 12, "tremor"),
                new("optical_flow", 9, 14, "flow"),
            ]
        ),
    ];

    /// <exception cref="RequestException">No specialist has that name; the message lists those that exist.</exception>
    public static Specialist Find(string name) =>
        All.FirstOrDefault(specialist => specialist.Name == name)
        ?? throw new RequestException(
            $"There is no specialist '{name}'. Choose one of {string.Join(", ", All.Select(s => s.Name))}."
        );
}
