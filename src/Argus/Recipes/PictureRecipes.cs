using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Argus.Recipes;

/// <summary>How pictures are enhanced: CLAHE, then a bilateral filter.</summary>
public sealed record EnhanceRecipe
{
    /// <summary>CLAHE clip limit on L of LAB; 0: none.</summary>
    [Range(0.0, 40.0), Description("CLAHE clip limit on L of LAB; 0: none.")]
    public required double ClaheClip { get; init; }

    /// <summary>Tiles a side.</summary>
    [Range(1, 64)]
    public required int ClaheTiles { get; init; }

    /// <summary>Bilateral filter's neighbourhood in pixels; 0: none.</summary>
    [Range(0, 25), Description("Bilateral filter's neighbourhood in pixels; 0: none.")]
    public required int BilateralDiameter { get; init; }

    /// <summary>The bilateral filter's sigma among levels (0 to 255).</summary>
    [Range(0.0, 500.0)]
    public required double BilateralSigmaColor { get; init; }

    /// <summary>The bilateral filter's sigma in pixels.</summary>
    [Range(0.0, 500.0)]
    public required double BilateralSigmaSpace { get; init; }
}

/// <summary>How training pictures are varied, as torchvision's transforms do it.</summary>
public sealed record AugmentRecipe
{
    /// <summary>Probability of a horizontal flip.</summary>
    [Range(0.0, 1.0), Description("Probability of a horizontal flip.")]
    public required double Flip { get; init; }

    /// <summary>Rotation within plus or minus this, in degrees.</summary>
    [Range(0.0, 180.0)]
    public required double RotateDegrees { get; init; }

    /// <summary>Factor within 1 +- this.</summary>
    [Range(0.0, 1.0), Description("Factor within 1 +- this.")]
    public required double Brightness { get; init; }

    /// <summary>Factor within 1 +- this.</summary>
    [Range(0.0, 1.0)]
    public required double Contrast { get; init; }

    /// <summary>Factor within 1 +- this.</summary>
    [Range(0.0, 1.0)]
    public required double Saturation { get; init; }

    /// <summary>Shift within +- this, in turns of the colour circle.</summary>
    [Range(0.0, 0.5), Description("Shift within +- this, in turns of the colour circle.")]
    public required double Hue { get; init; }

    /// <summary>Shift within +- this share of the side.</summary>
    [Range(0.0, 1.0), Description("Shift within +- this share of the side.")]
    public required double Translate { get; init; }

    /// <summary>Distortion scale of torchvision's RandomPerspective; 0: none.</summary>
    [Range(0.0, 1.0), Description("Distortion scale of torchvision's RandomPerspective; 0: none.")]
    public required double Perspective { get; init; }

    /// <summary>Probability of a perspective change, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public required double PerspectiveProbability { get; init; }

    /// <summary>Gaussian kernel in pixels, odd; 0: none.</summary>
    [Range(0, 31), Description("Gaussian kernel in pixels, odd; 0: none.")]
    public required int BlurKernel { get; init; }

    /// <summary>Smallest and largest sigma in pixels.</summary>
    [Length(2, 2), Range(0.01, 10.0), Description("Smallest and largest sigma in pixels.")]
    public required double[] BlurSigma { get; init; }

    /// <summary>Largest share of a stored face's side that is cut off, at random places; 0: none.</summary>
    [
        Range(0.0, 0.5),
        Description("Largest share of a stored face's side that is cut off, at random places; 0: none."),
        DefaultValue(0.0)
    ]
    public required double Cut { get; init; }

    /// <summary>
    /// Probability of what recordings go through: other light, blur, noise, a smaller size, a lossy codec.
    /// </summary>
    [
        Range(0.0, 1.0),
        Description(
            "Probability of what recordings go through: other light, blur, noise, a smaller size, a lossy codec."
        ),
        DefaultValue(0.0)
    ]
    public required double Degrade { get; init; }
}

/// <summary>Forging on the way.</summary>
public sealed record ForgeRecipe
{
    /// <summary>
    /// Share of real clips that become a pair of forgery and real twin while training; 1: no fake video is needed.
    /// Faces only.
    /// </summary>
    [
        Range(0.0, 1.0),
        Description(
            "Share of real clips that become a pair of forgery and real twin while training; 1: no fake video "
                + "is needed. Faces only."
        )
    ]
    [DefaultValue(0.0)]
    public required double Probability { get; init; }

    /// <summary>Kinds drawn from; empty: the specialist's own.</summary>
    [Description("Kinds drawn from; empty: the specialist's own.")]
    [DefaultValue(new string[0])]
    public required string[] Kinds { get; init; }

    /// <summary>
    /// Share of the epochs over which twins that are altered everywhere come in, from none to their half: the trace is
    /// learned first, then that the same trace everywhere is real.
    /// </summary>
    [
        Range(0.0, 1.0),
        Description(
            "Share of the epochs over which twins that are altered everywhere come in, from none to their "
                + "half: the trace is learned first, then that the same trace everywhere is real."
        )
    ]
    [DefaultValue(0.0)]
    public required double Curriculum { get; init; }
}
