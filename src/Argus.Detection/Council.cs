using System.Text.Json;
using Argus.Scores;

namespace Argus.Detection;

/// <summary>A specialist that may become a member.</summary>
/// <param name="Name">Name of its model file, without the ending.</param>
/// <param name="Calibration">What its scores mean; null where nobody knows.</param>
public sealed record CouncilCandidate(string Name, Calibration? Calibration);

/// <summary>Log odds that a verdict asks for.</summary>
/// <param name="Forged">From here on forged; null where no threshold was measured.</param>
/// <param name="Real">Below it real; null like the other.</param>
public readonly record struct VerdictThresholds(double? Forged, double? Real);

/// <summary>A specialist's part in the council.</summary>
/// <param name="Name">Name of its model file, without the ending.</param>
/// <param name="Weight">By which its calibrated log odds are multiplied.</param>
/// <param name="Temperature">By which its own log odds are divided first.</param>
public sealed record CouncilMember(string Name, double Weight, double Temperature);

/// <summary>
/// One probability of several specialists: the logistic function of a bias and the weighted, calibrated log odds. Who
/// abstains adds nothing, which is what log odds of 0 say: no evidence either way.
/// </summary>
/// <param name="Forged">
/// A video whose log odds reach this is called forged: one real video in a hundred does on validation data, or in
/// twenty where there are too few for that.
/// </param>
/// <param name="Real">
/// One below this is called real; between the two it is undecided. Null, like <paramref name="Forged"/>, without
/// calibration.
/// </param>
/// <param name="Data">What it was fitted on, in words; empty for one that was not.</param>
/// <param name="Members">The specialists.</param>
/// <param name="Bias">Added to the weighted log odds.</param>
public sealed record Council(
    double Bias,
    IReadOnlyList<CouncilMember> Members,
    double? Forged,
    double? Real,
    string Data
)
{
    /// <summary>How often it is wrong; null where nobody measured it, and in councils of earlier versions.</summary>
    public CouncilEvaluation? Evaluation { get; init; }

    /// <summary>From its log odds to a likelihood ratio; null like the other.</summary>
    public LikelihoodRatioModel? LikelihoodRatio { get; init; }

    /// <summary>The file's name in a models folder.</summary>
    public const string FileName = "council.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    // Verdicts of a council without calibration ask for more.
    private static readonly double Certain = Odds.ToLogit(0.9);

    /// <summary>Calibrated specialists, each with an equal say, until a council is fitted.</summary>
    public static Council CreateEqual(IReadOnlyList<CouncilCandidate> specialists)
    {
        var members = specialists
            .Select(s => new CouncilMember(s.Name, 1.0 / specialists.Count, s.Calibration?.Chosen.Temperature ?? 1))
            .ToList();
        if (specialists is not [{ Calibration: { } only }])
            return new Council(0, members, null, null, "");
        var temperature = members[0].Temperature;
        var (forged, real) = FindThresholds(only.Chosen.OperatingPoints, temperature);
        return new Council(0, members, forged, real, only.Data)
        {
            Evaluation = forged is null ? null : Evaluate(only),
            LikelihoodRatio = only.Chosen.LikelihoodRatio?.Divide(temperature),
        };
    }

    // What the operating points did on the videos that they were chosen on.
    private static CouncilEvaluation Evaluate(Calibration calibration)
    {
        OperatingPoint? At(string name) =>
            calibration.Chosen.OperatingPoints.FirstOrDefault(point =>
                point is { Logit: not null } && point.Name == name
            );
        int Count(double? rate, int of) => (int)Math.Round((rate ?? 0) * of);
        var forged = At("fpr_1") ?? At("fpr_5");
        var equal = At("eer");
        var real = equal?.Logit < forged?.Logit ? equal : forged;
        return new CouncilEvaluation(
            calibration.Data,
            IsHeldOut: false,
            People: null,
            calibration.Real,
            Count(forged?.FalsePositiveRate, calibration.Real),
            calibration.Fake,
            Count(forged?.TruePositiveRate, calibration.Fake),
            calibration.Fake - Count(real?.TruePositiveRate, calibration.Fake)
        );
    }

    /// <summary>
    /// From operating points that were measured on validation videos: forged from the strictest that is there, real
    /// below the equal error rate's.
    /// </summary>
    public static VerdictThresholds FindThresholds(IReadOnlyList<OperatingPoint> points, double temperature)
    {
        double? At(string name) => points.FirstOrDefault(point => point.Name == name)?.Logit / temperature;
        var forged = At("fpr_1") ?? At("fpr_5");
        return new VerdictThresholds(forged, forged is null ? null : Math.Min(forged.Value, At("eer") ?? forged.Value));
    }

    /// <param name="logits">
    /// By each member's name the log odds of a video, uncalibrated; who abstains is not among them.
    /// </param>
    /// <returns>Log odds of fake; null if all abstain.</returns>
    public double? Fuse(IReadOnlyDictionary<string, double> logits) =>
        logits.Count == 0
            ? null
            : Bias
                + Members
                    .Where(member => logits.ContainsKey(member.Name))
                    .Sum(member => member.Weight * logits[member.Name] / member.Temperature);

    /// <summary>The verdict on log odds; undecided without any.</summary>
    public Verdict Decide(double? logit) =>
        logit switch
        {
            null => Verdict.Undecided,
            { } value when value >= ForgedFrom => Verdict.Forged,
            { } value when value < RealBelow => Verdict.Real,
            _ => Verdict.Undecided,
        };

    /// <summary>Log odds from which a face is called forged, with calibration or without.</summary>
    internal double ForgedFrom => Forged ?? Certain;

    /// <summary>Log odds below which a face is called real.</summary>
    internal double RealBelow => Real ?? -Certain;

    /// <exception cref="ArgusException">The file is damaged.</exception>
    public static Council Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
            throw new RequestException(
                $"{folder} holds no {FileName}; in a checkout of Argus, 'argus export CHECKPOINT --out {folder}' makes "
                    + "a models folder."
            );
        try
        {
            var council =
                JsonSerializer.Deserialize<Council>(File.ReadAllText(file), Json)
                ?? throw new JsonException("it is empty");
            return council.Fault() is { } fault ? throw new JsonException(fault) : council;
        }
        catch (JsonException error)
        {
            throw new ArgusException(
                $"{file} is damaged ({error.Message}). Export the models anew, or fit the council anew.",
                error
            );
        }
    }

    // What would be computed with, silently, and come out as nonsense.
    private string? Fault()
    {
        if (Members is not { Count: > 0 } || Members.Any(member => string.IsNullOrEmpty(member?.Name)))
            return "it names no members";
        if (Members.GroupBy(member => member.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return $"it names {twice.Key} twice";
        if (
            !double.IsFinite(Bias)
            || Members.Any(member =>
                !(
                    double.IsFinite(member.Weight)
                    && member.Weight >= 0
                    && double.IsFinite(member.Temperature)
                    && member.Temperature > 0
                )
            )
        )
            return "weights are 0 or more and temperatures above 0";
        if (Forged is null != Real is null || Real > Forged)
            return "the threshold of real lies above that of forged";
        return LikelihoodRatio?.FindFault();
    }

    /// <summary>Writes it into a models folder.</summary>
    public void Write(string folder) =>
        AtomicFile.Write(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Json) + "\n");
}

/// <summary>What is said of a video.</summary>
public enum Verdict
{
    /// <summary>Below the threshold of real.</summary>
    Real,

    /// <summary>At or above the threshold of forged.</summary>
    Forged,

    /// <summary>Between the two thresholds, or nobody could judge.</summary>
    Undecided,

    /// <summary>The models were not tested on such a video: nobody knows how often they would be wrong.</summary>
    OutsideScope,
}
