using System.Text;
using Argus.Data.Evaluations;
using Argus.Metrics;
using Argus.Scores;

namespace Argus.Data.Reports;

/// <summary>A part of a model card.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="Lines">A paragraph or list item each.</param>
public sealed record CardSection(string Heading, IReadOnlyList<string> Lines);

/// <summary>
/// What whoever is handed a detector must know (Mitchell et al., 2019): made of an evaluation, as Markdown and as part
/// of its page.
/// </summary>
public sealed record ModelCard(string Title, IReadOnlyList<CardSection> Sections)
{
    public const string FileName = "model_card.md";

    private const int WorstConditions = 5;

    public static ModelCard Create(EvaluationSubject subject, EvaluationResult result)
    {
        var specialist = subject.Specialist is null ? null : Specialists.Specialist.Find(subject.Specialist);
        IReadOnlyList<string> trained =
        [
            .. subject.TrainedBefore,
            .. subject.TrainedOn is null ? Array.Empty<string>() : [subject.TrainedOn],
        ];
        var trainedOn = trained.Count > 0 ? string.Join(", then ", trained.Select(Layout)) : "data that nobody named";
        var tested = result
            .Videos.Where(row => row.By == Evaluation.Everything && row.Dataset != Evaluation.Everything)
            .ToList();
        var drawn = result.Predictions.Videos.All(video => video.Item.Kind is not null);
        var parts = result.Videos.Where(row => row.By is "method" or "kind" && row.AucInterval is not null).ToList();
        return new ModelCard(
            $"Model card: {subject.Name}",
            [
                new CardSection(
                    "What it is",
                    [
                        specialist is null
                            ? "Predictions of other software."
                            : $"The {specialist.Title} specialist of Argus. It looks for {specialist.LooksFor}; "
                                + "traces of another kind are not its task.",
                        $"Trained on {trainedOn}. "
                            + $"Weights SHA-256 {subject.Hashes.GetValueOrDefault("weights", "unknown")}.",
                        result.Judge.Description,
                    ]
                ),
                new CardSection(
                    "How well it does",
                    [
                        .. tested.Select(row =>
                            $"{Layout(row.Dataset)}, {row.Figures.Real} real and {row.Figures.Fake} fake test "
                            + $"videos: ROC AUC {Figure(row, "roc_auc", row.Figures.RocAuc)}, EER "
                            + $"{Figure(row, "eer", row.Figures.EqualErrorRate)}, calls "
                            + $"{Figure(row, "real_accuracy", row.Figures.RealAccuracy)} of reals real and "
                            + $"{Figure(row, "fake_accuracy", row.Figures.FakeAccuracy)} of fakes "
                            + $"fake.{(row.Unscored > 0 ? $" {row.Unscored} videos had no score." : "")}"
                        ),
                        "Brackets hold 95% intervals over videos. They say how much the figures depend on "
                            + "which videos were drawn, not what happens on other kinds of video.",
                    ]
                ),
                new CardSection("Where it fails", Failures(subject, parts)),
                new CardSection(
                    "What a score does not prove",
                    [
                        "A high score is no proof of forgery and a low one no proof of authenticity: both "
                            + "happen wrongly, as often as the figures above say, and more often on video unlike "
                            + "the test data.",
                        "Probabilities hold for a mix of real and fake videos like that of the validation "
                            + "data. Where fakes are rarer, fewer alarms are right.",
                        "It was tested on the data named above and on nothing else. New methods, other "
                            + "cameras, languages and groups of people are not covered.",
                        "It says nothing about who made a video, why, or whether what is shown is true. No "
                            + "decision about a person should rest on it alone.",
                    ]
                ),
                new CardSection(
                    "Terms of the datasets behind it",
                    [
                        .. drawn
                            ?
                            [
                                "The test videos were drawn by Argus ('argus data sample'); no dataset's "
                                    + "terms apply to them. Those of published datasets follow for detectors that "
                                    + "were trained on the originals:",
                            ]
                            : Array.Empty<string>(),
                        .. trained
                            .Concat(drawn ? [] : tested.Select(row => row.Dataset))
                            .Distinct()
                            .Select(layout => FindLayout(layout)?.Terms ?? $"{layout}: see its owner's terms."),
                        "Whether a detector trained on them may be passed on or used beyond research is for "
                            + "those terms to say.",
                    ]
                ),
            ]
        );
    }

    private static List<string> Failures(EvaluationSubject subject, IReadOnlyList<EvaluationRow> parts)
    {
        var lines = parts
            .OrderBy(row => row.Figures.RocAuc)
            .Take(3)
            .Select(row =>
                $"{Layout(row.Dataset)}, {row.By} {row.Part}: ROC AUC {Figure(row, "roc_auc", row.Figures.RocAuc)}."
            )
            .ToList();
        if (subject.Robustness is { } robustness)
            lines.AddRange(
                robustness
                    .Worst(WorstConditions)
                    .Select(point =>
                        $"After {point.Group}, {point.Label}: ROC AUC {point.Auc:0.00} "
                        + $"({EvaluationTables.Range(point.Interval)}), "
                        + $"{EvaluationTables.Signed(point.Change.Value)} against the untouched videos."
                    )
            );
        else
            lines.Add("How it stands re-encoding was not measured: argus evaluate --robustness does.");
        return lines;
    }

    public string Markdown()
    {
        var text = new StringBuilder($"# {Title}\n");
        foreach (var (heading, lines) in Sections)
            text.Append($"\n## {heading}\n\n{string.Concat(lines.Select(line => $"- {line}\n"))}");
        return text.ToString();
    }

    internal void AddTo(HtmlPage report)
    {
        report.Heading("Model card");
        foreach (var (heading, lines) in Sections)
            report.Subheading(heading).List(lines);
    }

    private static string Layout(string name) =>
        name == Evaluation.Everything ? "all datasets" : FindLayout(name)?.Title ?? name;

    private static Datasets.DatasetLayout? FindLayout(string name) =>
        Datasets.DatasetLayout.All.FirstOrDefault(layout => layout.Name == name);

    private static string Figure(EvaluationRow row, string name, double? value) =>
        value is { } number ? $"{number:0.00}{InParentheses(row.Intervals.GetValueOrDefault(name))}" : "-";

    private static string InParentheses(Interval? interval) =>
        interval is null ? "" : $" ({EvaluationTables.Range(interval)})";
}
