using System.CommandLine;
using Argus.Cli.Output;
using Argus.Data.Evaluations;
using Argus.Detection;
using Argus.Scores;
using Argus.Training.Export;
using Argus.Training.Runs;

namespace Argus.Cli.Commands;

internal static class CouncilCommand
{
    public static Command Create() => new("council", "How several specialists become one probability.") { Fit() };

    private static Command Fit()
    {
        var runs = new Argument<string[]>("run")
        {
            Description =
                "Run folders of the exported specialists, and ONNX files of other members, all of one dataset.",
            Arity = ArgumentArity.OneOrMore,
        };
        var models = new Option<string>("--models")
        {
            Description = "The models folder whose council is fitted.",
            Required = true,
            HelpName = "DIR",
        };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command(
            "fit",
            "Learn from the runs' validation videos how much each specialist's word is worth."
        )
        {
            runs,
            models,
            json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForPictures();
                var folder = parse.GetRequiredValue(models);
                var members = Council.Read(folder).Members.Select(member => member.Name).ToList();
                var evidence = parse.GetRequiredValue(runs).Select(run => Evidence(run, folder)).ToList();
                if (members.Except(evidence.Select(one => one.Name)).FirstOrDefault() is { } silent)
                    throw new RequestException($"{folder} also holds {silent}: give its run, too.");
                if (evidence.GroupBy(one => one.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
                    throw new RequestException($"Two runs are {twice.Key}.");
                var names = parse
                    .GetRequiredValue(runs)
                    .Select(run => Path.GetFileName(Path.TrimEndingDirectorySeparator(run)));
                var result = CouncilFit.Run(evidence, $"validation videos of {string.Join(", ", names)}");
                await ModelsFolder.SealAsync(folder, result.Council, cancel);
                if (parse.GetValue(json))
                    Terminal.WriteJson(result);
                else
                    Print(folder, result);
            }
        );
        return command;
    }

    private static CouncilEvidence Evidence(string run, string folder)
    {
        if (ForeignReference.IsFile(run))
            return ForeignEvidence(ForeignReference.Find(run), folder);
        var name = CheckpointReference.Find(run).Recipe.Specialist;
        if (!File.Exists(Path.Combine(folder, ModelsFolder.FileOf(name))))
            throw new RequestException(
                $"{folder} holds no {ModelsFolder.FileOf(name)}. Export it first: argus export {run} --out {folder}"
            );
        var directory = new RunDirectory(run);
        var table = directory.BestPredictions;
        if (!File.Exists(table))
            throw new RequestException(
                $"{run} holds no {Path.GetRelativePath(directory.Folder, table)}: give the folder of a run "
                    + "that was trained here, not a checkpoint."
            );
        return new CouncilEvidence(
            name,
            ModelsFolder.ReadCandidate(folder, name).Calibration,
            PredictionTable.Read(table).Videos
        );
    }

    private static CouncilEvidence ForeignEvidence(ForeignReference detector, string folder)
    {
        if (Path.GetFullPath(detector.Folder) != Path.GetFullPath(folder))
            throw new RequestException($"{detector.Weights} is no member of {folder}. Add it there first.");
        return File.Exists(detector.ValidationFile)
            ? new CouncilEvidence(
                detector.Name,
                detector.Calibration,
                PredictionTable.Read(detector.ValidationFile).Videos
            )
            : throw new RequestException(
                $"{detector.Weights} has not judged validation videos yet: argus evaluate {detector.Weights} --data "
                    + "LAYOUT=DIR, with the data of the runs."
            );
    }

    private static void Print(string folder, CouncilFitResult result)
    {
        Terminal.Table(
            ["specialist", "weight", "temperature"],
            [
                .. result.Council.Members.Select(member =>
                    new[] { member.Name, $"{member.Weight:0.00}", $"{member.Temperature:0.00}" }
                ),
            ]
        );
        Terminal.Line(
            $"On {result.Videos} validation videos, each judged by a council that was fitted on the others: "
                + $"video AUC {result.Auc:0.000}; the best specialist alone, {result.Best}: {result.BestAuc:0.000}."
        );
        if (result.Gain is { } gain)
            Terminal.Line(
                $"Gain {gain.Value:+0.000;-0.000} ({gain.Interval.Low:+0.000;-0.000} to "
                    + $"{gain.Interval.High:+0.000;-0.000}){(gain.Interval.Low > 0 ? "" : ": not beyond chance")}."
            );
        if (result.Council.Evaluation is { } evaluation)
            Terminal.Line(
                $"At its threshold {evaluation.FalseAlarms} of {evaluation.Real} real ones are called forged, and "
                    + $"{evaluation.Found} of {evaluation.Fake} forged ones are found."
            );
        if (result.Council.Evaluation is { Cllr: { } cost, CllrMinimum: { } minimum })
            Terminal.Line(
                $"What its likelihood ratios cost: Cllr {cost:0.000} bits, of which {minimum:0.000} for order."
            );
        Terminal.Line($"{Path.Combine(folder, Council.FileName)} is written.");
    }
}
