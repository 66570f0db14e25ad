using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Argus.Recipes;

/// <summary>What is read of a dataset.</summary>
public sealed record DataRecipe
{
    /// <summary>Row of the table of dataset layouts.</summary>
    public required string Layout { get; init; }

    /// <summary>FaceForensics++ only: <c>raw</c>, <c>c23</c> or <c>c40</c>.</summary>
    [AllowedValues("raw", "c23", "c40")]
    public required string Compression { get; init; }

    /// <summary>Only these method folders' fakes; empty: all.</summary>
    [Description("Only these method folders' fakes; empty: all.")]
    public required string[] Methods { get; init; }

    /// <summary>Which split of the dataset.</summary>
    [Description("identity: no person on two sides of the split (Celeb-DF).")]
    public required SplitMode Split { get; init; }

    /// <summary>
    /// Draws another split wherever Argus draws one: of what nobody divided, of people kept apart, of validation
    /// carved from training. Official lists stay.
    /// </summary>
    [
        Range(0, int.MaxValue),
        Description("Another draw wherever Argus draws a split; official lists stay."),
        DefaultValue(0)
    ]
    public required int SplitSeed { get; init; }

    /// <summary>Share carved from training where no validation set was published, 0.01 to 0.5.</summary>
    [Range(0.01, 0.5)]
    public required double ValidationShare { get; init; }

    /// <summary>
    /// Share kept for test where nothing states a split (folder, list, reals); 0: 0.15, of reals none.
    /// </summary>
    [
        Range(0.0, 0.5),
        Description("Share kept for test where nothing states a split (folder, list, reals); 0: 0.15, of reals none."),
        DefaultValue(0.0)
    ]
    public required double TestShare { get; init; }

    /// <summary>Reals only: people whose names begin so are on one side of the split, as one person would be.</summary>
    [
        Description("Reals only: people whose names begin so are on one side of the split, as one person would be."),
        DefaultValue(new string[0])
    ]
    public required string[] Together { get; init; }

    /// <summary>
    /// Reals only: folders of fakes that are trained on besides; of a published dataset its training side.
    /// </summary>
    [
        Description(
            "Reals only: folders of fakes that are trained on besides; of a published dataset its training side."
        ),
        DefaultValue(new string[0])
    ]
    public required string[] Fakes { get; init; }

    /// <summary>Only videos that show one of these people, by the dataset's names; empty: all.</summary>
    [
        Description("Only videos that show one of these people, by the dataset's names; empty: all."),
        DefaultValue(new string[0])
    ]
    public required string[] People { get; init; }

    /// <summary>No video that shows one of these people.</summary>
    [Description("No video that shows one of these people."), DefaultValue(new string[0])]
    public required string[] WithoutPeople { get; init; }

    /// <summary>
    /// Only videos of which all of these hold, each a property, a comparison and a value: <c>height&gt;=480</c>; empty:
    /// all. Stores hold the others too.
    /// </summary>
    [
        Description(
            "Only videos of which all of these hold, e.g. [height>=480, codec=h264]; stores hold the others too."
        ),
        DefaultValue(new string[0])
    ]
    public required string[] Where { get; init; }

    /// <summary>
    /// Several datasets (mix) only: how often each one's clips are trained on, as LAYOUT=NUMBER; 1 for the others.
    /// </summary>
    [
        Description(
            "Several datasets (mix) only: how often each one's clips are trained on, as LAYOUT=NUMBER; 1 for others."
        ),
        DefaultValue(new string[0])
    ]
    public required string[] Weights { get; init; }

    /// <summary>All methods, all people, whatever their videos are like.</summary>
    internal DataRecipe Unfiltered() => this with { Methods = [], People = [], WithoutPeople = [], Where = [] };

    /// <summary>DFDC parts in training order; absent parts are skipped.</summary>
    [Range(0, 99), Description("DFDC parts in training order; absent parts are skipped.")]
    public required int[] Chunks { get; init; }

    /// <summary>Clips a training video.</summary>
    [Range(1, 1000), Description("Clips a training video.")]
    public required int TrainFrames { get; init; }

    /// <summary>Clips a validation or test video.</summary>
    [Range(1, 1000), Description("Clips a validation or test video.")]
    public required int EvalFrames { get; init; }

    /// <summary>Frames a clip (T): what the model sees at once.</summary>
    [Range(1, 64), Description("Frames a clip (T): what the model sees at once.")]
    [DefaultValue(1)]
    public required int ClipFrames { get; init; }

    /// <summary>Frames a second within a clip.</summary>
    [Range(0.1, 240.0), Description("Frames a second within a clip.")]
    [DefaultValue(1.0)]
    public required double ClipRate { get; init; }

    /// <summary>Part of the video that frames are taken from: first and last, as shares of its length.</summary>
    [
        Length(2, 2),
        Range(0.0, 1.0),
        Description("Part of the video that frames are taken from: first and last, as shares of its length.")
    ]
    public required double[] FrameRange { get; init; }

    /// <summary>Frame: the whole picture, resized before it is stored; face: the largest face at native size.</summary>
    [Description("frame: the whole picture, resized before it is stored; face: the largest face at native size.")]
    public required CropMode Crop { get; init; }

    /// <summary>Side of the square crop as a multiple of the face box's longer side.</summary>
    [Range(1.0, 3.0), Description("Side of the square crop as a multiple of the face box's longer side.")]
    public required double FaceMargin { get; init; }

    /// <summary>Longest side of a stored face in pixels, larger ones are shrunk; 0: native size.</summary>
    [Range(0, 8192), Description("Longest side of a stored face in pixels, larger ones are shrunk; 0: native size.")]
    [DefaultValue(0)]
    public required int LargestCrop { get; init; }

    /// <summary>
    /// Png: lossless; jpeg: quality 100, three quarters of the space, not for what looks at the pixel grid.
    /// </summary>
    [Description(
        "png: lossless; jpeg: quality 100, three quarters of the space, not for what looks at the pixel grid."
    )]
    [DefaultValue(PictureFormat.Png)]
    public required PictureFormat Format { get; init; }

    /// <summary>Store the sound, 16 kHz mono.</summary>
    [Description("Store the sound, 16 kHz mono.")]
    [DefaultValue(false)]
    public required bool Sound { get; init; }
}
