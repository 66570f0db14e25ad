using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Argus.Datasets;
using Argus.Imaging;
using Argus.Recipes;

namespace Argus.Stores;

/// <summary>Every choice that shapes what a store holds. Two recipes with equal options share a store.</summary>
public sealed record StoreOptions
{
    public const int FormatVersion = 1;

    public required string Layout { get; init; }
    /// <summary>FaceForensics++ only.</summary>
    public string? Compression { get; init; }
    /// <summary>Method folders, separated by spaces; empty for all.</summary>
    public required string Methods { get; init; }
    public required string Split { get; init; }
    public required double ValidationShare { get; init; }
    public required int TrainFrames { get; init; }
    public required int EvalFrames { get; init; }
    public required double From { get; init; }
    public required double To { get; init; }
    public required string Crop { get; init; }
    /// <summary>Whole frames only: faces are stored at native size and enhanced when they are read.</summary>
    public int? ImageSize { get; init; }
    public EnhanceRecipe? Enhance { get; init; }
    public double? FaceMargin { get; init; }

    public static StoreOptions Of(Recipe recipe)
    {
        var face = recipe.Data.Crop == "face";
        return new StoreOptions
        {
            Layout = recipe.Data.Layout, Compression = recipe.Data.Layout == "ffpp" ? recipe.Data.Compression : null,
            Methods = string.Join(' ', recipe.Data.Methods.Order(StringComparer.Ordinal)), Split = recipe.Data.Split, ValidationShare = recipe.Data.ValidationShare,
            TrainFrames = recipe.Data.TrainFrames, EvalFrames = recipe.Data.EvalFrames,
            From = recipe.Data.FrameRange[0], To = recipe.Data.FrameRange[1], Crop = recipe.Data.Crop,
            ImageSize = face ? null : recipe.Model.ImageSize, Enhance = face ? null : recipe.Enhance, FaceMargin = face ? recipe.Data.FaceMargin : null,
        };
    }

    public int FramesFor(Split side) => side == Datasets.Split.Train ? TrainFrames : EvalFrames;

    /// <summary>Hash of all of the above and the format's version: 12 hexadecimal digits.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Key => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{FormatVersion}{JsonSerializer.Serialize(this)}")))[..12];
}
