using Argus.Metrics;
using Argus.Scores;

namespace Argus.Detection;

/// <summary>What an answer's numbers mean and how often it is wrong, for people who never heard of an AUC.</summary>
internal static class EvidenceSentences
{
    /// <param name="council">Who answered.</param>
    /// <param name="face">The face that decides; null where nobody could judge, or all faces are outside scope.</param>
    /// <param name="faces">Faces inside scope, of which the one that looks most forged decides.</param>
    public static IReadOnlyList<string> Create(Council council, FaceAnalysis? face, int faces)
    {
        if (face?.Probability is null)
            return [];
        List<string> sentences = [];
        if (face.LikelihoodRatio is { } ratio)
        {
            sentences.Add(Describe(ratio));
            sentences.Add(
                "the likelihood ratio contains no prior; P(fake) does: it holds where as many videos are forged as "
                    + $"among the validation videos, {Percent(FindPrior(council))}"
            );
        }
        if (council.Evaluation is { } evaluation)
            sentences.AddRange(Describe(evaluation, faces));
        else
            sentences.Add("how often these models are wrong was not measured, or not kept with them");
        return sentences;
    }

    private static string Describe(LikelihoodRatio ratio)
    {
        var isForged = ratio.Log10 >= 0;
        var held = ratio.IsBounded ? ", held at what so few videos can bear out" : "";
        string Number(double log10) => $"{log10:+0.00;-0.00;0.00}";
        return $"{ratio.Support}: such a score is {Math.Pow(10, Math.Abs(ratio.Log10)):0.#} times as likely among "
            + (isForged ? "forgeries as among real videos" : "real videos as among forgeries")
            + $" of the kinds that it was fitted on (log10 LR {Number(ratio.Log10)}, 95% "
            + $"{Number(ratio.Interval.Low)} to {Number(ratio.Interval.High)}{held})";
    }

    private static double FindPrior(Council council) =>
        council.LikelihoodRatio is { } model ? (double)model.Fake / (model.Real + model.Fake) : 0.5;

    private static IEnumerable<string> Describe(CouncilEvaluation evaluation, int faces)
    {
        var people = evaluation.People is { } count ? $" of {count} people" : "";
        yield return $"measured on {evaluation.Real} real and {evaluation.Fake} forged videos{people} "
            + $"({evaluation.Data}): {evaluation.FalseAlarms} real ones were called forged, "
            + $"{Range(evaluation.FalseAlarmRate)}; {evaluation.Found} forged ones were found, "
            + $"{Range(evaluation.FoundRate)}; {evaluation.CalledReal} forged ones were called real, "
            + $"{Range(evaluation.MissRate)} (95% intervals)";
        yield return evaluation.IsHeldOut
            ? "neither models nor thresholds nor ratios were fitted to these people"
            : "the thresholds were chosen on these same videos, so the rates are a little too good";
        if (faces > 1)
            yield return $"the rates are for one face; of a real video with {faces} faces "
                + $"{Range(evaluation.FindFalseAlarmRate(faces))} would be called forged";
        yield return "rates by groups of people (age, sex, skin) were not measured";
    }

    private static string Range(Interval interval) => $"{Percent(interval.Low)} to {Percent(interval.High)}";

    private static string Percent(double share) => share is > 0 and < 0.1 ? $"{share:0.0%}" : $"{share:0%}";
}
