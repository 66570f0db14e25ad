using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Imaging;
using Argus.Recipes;

namespace Argus.Data.Stores;

/// <summary>Every choice that shapes what a store holds. Two recipes with equal options share a store.</summary>
public sealed record StoreOptions
{
    public const int FormatVersion = 2;

    public required string Layout { get; init; }

    /// <summary>FaceForensics++ only.</summary>
    public string? Compression { get; init; }

    /// <summary>Method folders, separated by spaces; empty for all.</summary>
    public required string Methods { get; init; }
    public required string Split { get; init; }
    public required double ValidationShare { get; init; }

    /// <summary>Null for the first draw, as in stores from before there were others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SplitSeed { get; init; }

    /// <summary>Null for what the layout does, as in stores from before it could be chosen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TestShare { get; init; }

    /// <summary>People on one side of the split, by how their names begin; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Together { get; init; }

    /// <summary>Folders of fakes beside the reals, separated as in <c>PATH</c>; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Fakes { get; init; }

    /// <summary>Only these people's videos, separated by spaces; null for all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? People { get; init; }

    /// <summary>None of these people's videos; null for all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WithoutPeople { get; init; }
    public required int TrainFrames { get; init; }
    public required int EvalFrames { get; init; }
    public required double From { get; init; }
    public required double To { get; init; }
    public required int ClipFrames { get; init; }

    /// <summary>Frames a second within a clip; null for single frames.</summary>
    public double? ClipRate { get; init; }
    public required string Crop { get; init; }

    /// <summary>Whole frames only: faces are stored at native size and enhanced when they are read.</summary>
    public int? ImageSize { get; init; }
    public EnhanceRecipe? Enhance { get; init; }
    public double? FaceMargin { get; init; }

    /// <summary>Longest side of a stored face in pixels; null for native size.</summary>
    public int? LargestCrop { get; init; }

    /// <summary><c>png</c> or <c>jpeg</c> (quality 100).</summary>
    public required string Format { get; init; }
    public required bool Sound { get; init; }

    public static StoreOptions Create(Recipe recipe)
    {
        var face = recipe.Data.Crop == CropMode.Face;
        return new StoreOptions
        {
            Layout = recipe.Data.Layout,
            Compression = DatasetLayout.Find(recipe.Data.Layout).HasCompressions ? recipe.Data.Compression : null,
            Methods = string.Join(' ', recipe.Data.Methods.Order(StringComparer.Ordinal)),
            Split = RecipeSchema.Word(recipe.Data.Split),
            ValidationShare = recipe.Data.ValidationShare,
            SplitSeed = recipe.Data.SplitSeed > 0 ? recipe.Data.SplitSeed : null,
            TestShare = recipe.Data.TestShare > 0 ? recipe.Data.TestShare : null,
            Together = recipe.Data.Together.Length > 0 ? string.Join(' ', recipe.Data.Together) : null,
            Fakes = recipe.Data.Fakes.Length > 0 ? string.Join(Path.PathSeparator, recipe.Data.Fakes) : null,
            People = Join(recipe.Data.People),
            WithoutPeople = Join(recipe.Data.WithoutPeople),
            TrainFrames = recipe.Data.TrainFrames,
            EvalFrames = recipe.Data.EvalFrames,
            ClipFrames = recipe.Data.ClipFrames,
            ClipRate = recipe.Data.ClipFrames > 1 ? recipe.Data.ClipRate : null,
            LargestCrop = face && recipe.Data.LargestCrop > 0 ? recipe.Data.LargestCrop : null,
            Format = RecipeSchema.Word(recipe.Data.Format),
            Sound = recipe.Data.Sound,
            From = recipe.Data.FrameRange[0],
            To = recipe.Data.FrameRange[1],
            Crop = RecipeSchema.Word(recipe.Data.Crop),
            ImageSize = face ? null : recipe.Model.ImageSize,
            Enhance = face ? null : recipe.Enhance,
            FaceMargin = face ? recipe.Data.FaceMargin : null,
        };
    }

    private static string? Join(string[] names) =>
        names.Length > 0 ? string.Join(' ', names.Order(StringComparer.Ordinal)) : null;

    /// <summary>Whether test videos show people of the other sides, by the dataset's own division.</summary>
    [JsonIgnore]
    public bool TestSharesPeople =>
        DatasetLayout.Find(Layout).TestSharesPeople && Split != RecipeSchema.Word(SplitMode.Identity);

    /// <summary>Whether the store's pictures are faces.</summary>
    [JsonIgnore]
    public bool OfFaces => Crop == RecipeSchema.Word(CropMode.Face);

    /// <summary>What is read of a video on that side.</summary>
    internal ClipRequest CreateRequest(Split side, ModelInput input) =>
        new()
        {
            Clips = ClipsFor(side),
            ClipFrames = ClipFrames,
            FramesPerSecond = ClipRate ?? 1,
            From = From,
            To = To,
            Preprocessing = input.CreatePreprocessing(),
            FaceMargin = FaceMargin,
            LargestCropPixels = LargestCrop,
        };

    /// <summary>Clips of a video on that side.</summary>
    public int ClipsFor(Split side) => side == Datasets.Split.Train ? TrainFrames : EvalFrames;

    /// <summary>
    /// Whether a store of this kind holds what another kind would: the same, or more clips of each video, of which some
    /// can be left out evenly.
    /// </summary>
    internal bool Serves(StoreOptions wanted) =>
        TrainFrames >= wanted.TrainFrames
        && EvalFrames >= wanted.EvalFrames
        && (this with { TrainFrames = wanted.TrainFrames, EvalFrames = wanted.EvalFrames }).Key == wanted.Key;

    // PNG takes about 1.9 bytes a pixel of camera pictures and JPEG at quality 100 three quarters of that; a native
    // face is taken to be 300 pixels wide, and a video to last 15 seconds.
    private const double PngBytesPerPixel = 1.9;
    private const double JpegBytesPerPixel = 1.4;
    private const int TypicalFacePixels = 300;
    private const int TypicalSeconds = 15;
    private const int SoundBytesPerSecond = 32_000;

    /// <summary>Space that a video, or a picture file, will take, as a guess.</summary>
    public long EstimatedBytes(VideoItem item)
    {
        var isPicture = VideoFolder.HasPictureName(item.Path);
        var frames = isPicture ? 1 : ClipsFor(item.Split ?? Datasets.Split.Train) * ClipFrames;
        var pixels = ImageSize ?? Math.Min(TypicalFacePixels, LargestCrop ?? int.MaxValue);
        var picture = pixels * pixels * (Format == "jpeg" ? JpegBytesPerPixel : PngBytesPerPixel);
        return (long)(frames * picture) + (Sound && !isPicture ? TypicalSeconds * SoundBytesPerSecond : 0);
    }

    /// <summary>Hash of all of the above and the format's version: 12 hexadecimal digits.</summary>
    [JsonIgnore]
    public string Key =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{FormatVersion}{JsonSerializer.Serialize(this)}"))
        )[..12];
}
