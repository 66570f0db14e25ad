using System.Globalization;
using System.Text.Json;

namespace Argus.Detection;

/// <summary>What a measure was on the data that models were tested on.</summary>
/// <param name="Lowest">The smallest value that is inside.</param>
/// <param name="Highest">The largest value that is inside.</param>
public sealed record ScopeRange(double Lowest, double Highest);

/// <summary>
/// Where a model's features of its test data lie: the distance of others is Mahalanobis' in a few dimensions, those of
/// the largest variance, plus what of them lies outside these dimensions.
/// </summary>
/// <param name="Mean">Length C.</param>
/// <param name="Axes">Directions of unit length, K of C each.</param>
/// <param name="Deviations">Standard deviation along each axis.</param>
/// <param name="Remainder">Root mean square of the length of what the axes leave.</param>
/// <param name="Limit">The largest distance that is inside.</param>
public sealed record FeatureScope(
    IReadOnlyList<float> Mean,
    IReadOnlyList<IReadOnlyList<float>> Axes,
    IReadOnlyList<double> Deviations,
    double Remainder,
    double Limit
)
{
    /// <summary>Root of the mean of the squares, so that about 1 is usual whatever the number of dimensions.</summary>
    /// <param name="features">Length C.</param>
    public double FindDistance(IReadOnlyList<float> features)
    {
        var left = 0.0;
        for (var c = 0; c < Mean.Count; c++)
            left += Math.Pow(features[c] - Mean[c], 2);
        var sum = 0.0;
        for (var k = 0; k < Axes.Count; k++)
        {
            var along = 0.0;
            for (var c = 0; c < Mean.Count; c++)
                along += (features[c] - Mean[c]) * Axes[k][c];
            left -= along * along;
            sum += Math.Pow(along / Deviations[k], 2);
        }
        sum += Math.Max(0, left) / (Remainder * Remainder);
        return Math.Sqrt(sum / (Axes.Count + 1));
    }
}

/// <summary>What of a face is compared with the scope.</summary>
/// <param name="WidthPixels">Mean width of its box in the native picture; null for whole pictures.</param>
/// <param name="Sharpness">As <see cref="PictureMeasures.Sharpness"/> says, its median over the clips.</param>
/// <param name="Blockiness">As <see cref="PictureMeasures.Blockiness"/> says, its median over the clips.</param>
/// <param name="FramesPerSecond">Of the video; null where time does not matter to the models.</param>
/// <param name="Features">By the model's name, the mean over its clips.</param>
public sealed record ScopeMeasurement(
    double? WidthPixels,
    double? Sharpness,
    double? Blockiness,
    double? FramesPerSecond,
    IReadOnlyDictionary<string, float[]> Features
);

/// <summary>
/// What a council was tested on. A video outside of it gets no verdict of real or forged: nobody knows how often it
/// would be wrong.
/// </summary>
/// <param name="Data">What it was measured on, in words.</param>
/// <param name="FaceWidth">Pixels.</param>
/// <param name="Sharpness">See <see cref="PictureMeasures.Sharpness"/>.</param>
/// <param name="Blockiness">See <see cref="PictureMeasures.Blockiness"/>.</param>
/// <param name="FrameRate">Frames a second; null where time does not matter to the models.</param>
/// <param name="Features">By the model's name.</param>
public sealed record Scope(
    string Data,
    ScopeRange FaceWidth,
    ScopeRange Sharpness,
    ScopeRange Blockiness,
    ScopeRange? FrameRate,
    IReadOnlyDictionary<string, FeatureScope> Features
)
{
    /// <summary>The file's name in a models folder.</summary>
    public const string FileName = "scope.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Why a face is outside, in words; empty for one inside.</summary>
    public IReadOnlyList<string> FindReasons(ScopeMeasurement measured)
    {
        var reasons = new List<string>();
        Compare(measured.WidthPixels, FaceWidth, "its face is {0:0} pixels wide; tested {1} {2:0}", "down to", "up to");
        Compare(measured.Sharpness, Sharpness, "its sharpness is {0:0.0}; tested {1} {2:0.0}", "from", "up to");
        Compare(
            measured.Blockiness,
            Blockiness,
            "it is coded more coarsely than what was tested: blockiness {0:0.00}; tested {1} {2:0.00}",
            "from",
            "up to"
        );
        if (FrameRate is not null)
            Compare(
                measured.FramesPerSecond,
                FrameRate,
                "it has {0:0.##} frames a second; tested {1} {2:0.##}",
                "from",
                "up to"
            );
        var farthest = measured
            .Features.Where(entry => Features.ContainsKey(entry.Key))
            .Select(entry =>
                (entry.Key, Distance: Features[entry.Key].FindDistance(entry.Value), Features[entry.Key].Limit)
            )
            .Where(entry => entry.Distance > entry.Limit)
            .OrderByDescending(entry => entry.Distance / entry.Limit)
            .ToList();
        if (farthest is [var (name, distance, limit), ..])
            reasons.Add(
                string.Format(
                    CultureInfo.InvariantCulture,
                    "nothing like its pictures was in training ({0}: at distance {1:0.0}; tested up to {2:0.0})",
                    name,
                    distance,
                    limit
                )
            );
        return reasons;

        void Compare(double? value, ScopeRange range, string words, string lower, string upper)
        {
            if (value < range.Lowest)
                reasons.Add(string.Format(CultureInfo.InvariantCulture, words, value, lower, range.Lowest));
            else if (value > range.Highest)
                reasons.Add(string.Format(CultureInfo.InvariantCulture, words, value, upper, range.Highest));
        }
    }

    /// <summary>Reads that of a models folder.</summary>
    /// <exception cref="ArgusException">It is damaged.</exception>
    public static Scope Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        try
        {
            var scope =
                JsonSerializer.Deserialize<Scope>(File.ReadAllText(file), Json)
                ?? throw new JsonException("it is empty");
            return scope.IsSound() ? scope : throw new JsonException("a part of it is missing");
        }
        catch (JsonException error)
        {
            throw new ArgusException($"{file} is damaged ({error.Message}). Export the models anew.", error);
        }
    }

    private bool IsSound() =>
        this is { Data: not null, FaceWidth: not null, Sharpness: not null, Blockiness: not null, Features: not null }
        && Features.Values.All(of =>
            of is { Mean: not null, Axes: not null, Deviations: not null, Remainder: > 0, Limit: > 0 }
            && of.Axes.Count == of.Deviations.Count
            && of.Axes.All(axis => axis?.Count == of.Mean.Count)
            && of.Deviations.All(deviation => deviation > 0)
        );

    /// <summary>Writes it into a models folder; <see cref="ModelsFolder.SealAsync"/> is called afterwards.</summary>
    public void Write(string folder) =>
        AtomicFile.Write(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Json) + "\n");
}
