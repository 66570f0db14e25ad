using System.CommandLine;
using Argus.Cli.Output;
using Argus.Data.Stores;
using Argus.Detection;
using Argus.Training.Export;
using Argus.Training.Runs;

namespace Argus.Cli.Commands;

internal static class ExportCommand
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("run")
        {
            Description = "Run folders or checkpoints, each of another specialist.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out")
        {
            Description = "A models folder to make or to add to; or a single FILE.onnx.",
            Required = true,
            HelpName = "DIR",
        };
        var store = new Option<string?>("--store")
        {
            Description = "A store whose crops the file is compared on (without: made input only).",
            HelpName = "DIR",
        };
        var half = new Option<bool>("--fp16")
        {
            Description = "Weights in half precision: half the space, nearly equal scores.",
        };
        var integer = new Option<bool>("--int8")
        {
            Description =
                "Features in 8-bit integers, their ranges measured on the store: a third of the space; says "
                + "what it costs.",
        };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command(
            "export",
            "Write checkpoints as ONNX files for 'argus detect', each checked against its checkpoint."
        )
        {
            runs,
            output,
            store,
            half,
            integer,
            json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                TrainingProcess.Prepare();
                var checkpoints = parse.GetRequiredValue(runs).Select(CheckpointReference.Find).ToList();
                if (
                    checkpoints
                        .GroupBy(checkpoint => checkpoint.Recipe.Specialist)
                        .FirstOrDefault(same => same.Count() > 1) is
                    { } twice
                )
                    throw new RequestException(
                        $"{string.Join(" and ", twice.Select(checkpoint => checkpoint.Folder))} are both "
                            + $"{twice.Key}; a models folder holds each specialist once."
                    );
                var target = parse.GetRequiredValue(output);
                var single = target.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);
                if (single && checkpoints.Count > 1)
                    throw new RequestException(
                        $"{target} is one file for {checkpoints.Count} checkpoints; give a folder."
                    );
                if (!single && File.Exists(target))
                    throw new RequestException($"{target} is a file; give a folder, or a name that ends with .onnx.");
                if (single && Directory.Exists(target))
                    throw new RequestException(
                        $"{target} is a folder; name a file, or a folder that does not end with .onnx."
                    );
                if (parse.GetValue(half) && parse.GetValue(integer))
                    throw new RequestException("--fp16 and --int8 exclude each other.");
                var precision =
                    parse.GetValue(half) ? ExportPrecision.Fp16
                    : parse.GetValue(integer) ? ExportPrecision.Int8
                    : ExportPrecision.Fp32;
                OutputFolder.Create(single ? Path.GetDirectoryName(Path.GetFullPath(target))! : target);
                using var crops = parse.GetValue(store) is { } folder ? await Store.OpenAsync(folder) : null;

                var results = new List<ExportResult>();
                foreach (var checkpoint in checkpoints)
                {
                    var path = single
                        ? target
                        : Path.Combine(target, ModelsFolder.FileOf(checkpoint.Recipe.Specialist));
                    results.Add(await OnnxExport.RunAsync(checkpoint, path, precision, crops, cancel));
                    if (!parse.GetValue(json))
                        Print(results[^1], precision);
                }
                if (!single)
                    await SealAsync(
                        target,
                        [.. checkpoints.Select(checkpoint => checkpoint.Recipe.Specialist)],
                        parse.GetValue(json),
                        cancel
                    );
                if (parse.GetValue(json))
                    Terminal.WriteJson(results);
            }
        );
        return command;
    }

    private static void Print(ExportResult result, ExportPrecision precision)
    {
        var compared =
            result.Clips > 0
                ? $"on {result.Clips} clips of the store logits differ from the checkpoint's by "
                    + $"{result.LargestDifference:0.0e+0} at most"
                : "--store DIR compares with the checkpoint on real crops";
        // Logits of made input may be in the hundreds, and their difference says little by itself.
        Terminal.Line(
            $"{result.Path}: {result.Bytes / 1e6:0} MB; "
                + $"{(precision == ExportPrecision.Fp32 ? "agrees with the checkpoint on made input; " : "")}{compared}"
        );
        if (result.Loss is { } loss)
        {
            var aucs = loss.CheckpointAuc is { } before
                ? $"; AUC over these clips {before:0.000} before, {loss.FileAuc:0.000} after"
                : "";
            Terminal.Line(
                $"  rounding moves P(fake) by {loss.MeanProbability:0.0000} on average, "
                    + $"{loss.LargestProbability:0.000} at most{aucs}"
            );
        }
    }

    // With those that were there before.
    private static async Task SealAsync(
        string folder,
        IReadOnlyList<string> added,
        bool quiet,
        CancellationToken cancel
    )
    {
        var before = File.Exists(Path.Combine(folder, Council.FileName))
            ? Council.Read(folder).Members.Select(member => member.Name)
            : [];
        var specialists = before.Union(added).Select(name => ModelsFolder.ReadCandidate(folder, name)).ToList();
        await ModelsFolder.SealAsync(folder, Council.CreateEqual(specialists), cancel);
        if (quiet)
            return;
        Terminal.Line(
            $"{folder}: a council of {string.Join(", ", specialists.Select(specialist => specialist.Name))}. "
                + $"Judge a video with: argus detect VIDEO --models {folder}"
        );
        foreach (var specialist in specialists.Where(specialist => specialist.Calibration is null))
            Terminal.Line(
                $"{specialist.Name} is uncalibrated: its probabilities mean little. Evaluate its checkpoint "
                    + "with the data "
                    + "that it was trained on, then export it again."
            );
        if (specialists.Count > 1)
            Terminal.Line(
                "Each specialist has an equal say and there are no thresholds until 'argus council fit' has "
                    + "seen validation data."
            );
    }
}
