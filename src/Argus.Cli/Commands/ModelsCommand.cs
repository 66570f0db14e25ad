using System.CommandLine;
using Argus.Cli.Output;
using Argus.Pretrained;
using Argus.Training.Export;

namespace Argus.Cli.Commands;

internal static class ModelsCommand
{
    public static Command Create() =>
        new("models", "Files that others made: the face detector, ImageNet weights, other detectors.")
        {
            List(),
            Pull(),
            Add(),
        };

    private static Command List()
    {
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("list", "What there is and what is here.") { json };
        command.SetAction(parse =>
        {
            if (parse.GetValue(json))
                Terminal.WriteJson(
                    ModelCatalog.All.Select(model => new
                    {
                        model.Name,
                        model.What,
                        model.License,
                        model.Address,
                        Path = model.Found ?? model.Path,
                        model.IsThere,
                    })
                );
            else
                Terminal.Table(
                    ["model", "what", "license", "here"],
                    ModelCatalog
                        .All.Select(model =>
                            new[] { model.Name, model.What, model.License, model.IsThere ? "yes" : "no" }
                        )
                        .ToList()
                );
        });
        return command;
    }

    private static Command Pull()
    {
        var name = new Argument<string>("model") { Description = "Its name in 'argus models list'." };
        var from = new Option<string?>("--from")
        {
            Description = "A local file instead of the network; its hash is checked all the same.",
            HelpName = "FILE",
        };
        var command = new Command("pull", "Fetch a file from its official address, resumable, and check its hash.")
        {
            name,
            from,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var model = ModelCatalog.Find(parse.GetRequiredValue(name));
                if (parse.GetValue(from) is { } file)
                {
                    await ModelDownload.TakeAsync(model, file, cancel);
                }
                else
                {
                    using var client = new HttpClient();
                    await Terminal.ProgressAsync(
                        model.Name,
                        100,
                        async progress =>
                        {
                            await ModelDownload.PullAsync(model, client, new Percent(progress), cancel);
                            return 0;
                        }
                    );
                }
                Terminal.Line($"{model.Name}: {model.Path}");
            }
        );
        return command;
    }

    private static Command Add()
    {
        var file = new Argument<string>("file")
        {
            Description = "A detector as an ONNX file, or the weights of a released EfficientNet-B4.",
        };
        var card = new Option<string>("--card")
        {
            Description = "What it is, wants to see and answers, as YAML (docs/detectors.md).",
            Required = true,
            HelpName = "CARD.yaml",
        };
        var folder = new Option<string>("--to")
        {
            Description = "The models folder that it joins; made where there is none.",
            Required = true,
            HelpName = "DIR",
        };
        var name = new Option<string?>("--name")
        {
            Description = "Its name there (default: the file's).",
            HelpName = "NAME",
        };
        var command = new Command("add", "Take a detector of other origin into a council.")
        {
            file,
            card,
            folder,
            name,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForPictures();
                var onnx = parse.GetRequiredValue(file);
                var target = parse.GetRequiredValue(folder);
                var described = ForeignCardFile.Read(parse.GetRequiredValue(card));
                var called = parse.GetValue(name) ?? Path.GetFileNameWithoutExtension(onnx);
                var council = await ForeignMember.AddAsync(onnx, described, target, called, cancel);
                Terminal.Line(
                    $"{target}: a council of {string.Join(", ", council.Members.Select(member => member.Name))}. "
                        + $"{described.Title}: {described.Licence}, {described.Source}"
                );
                Terminal.Line(
                    $"{called} is uncalibrated, each member has an equal say, and there are no thresholds until 'argus "
                        + "council fit' has seen validation data. Judge a video with: argus detect VIDEO --models "
                        + target
                );
            }
        );
        return command;
    }

    private sealed class Percent(IProgress<int> progress) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) =>
            progress.Report(value.Total is > 0 and var total ? (int)(100 * value.Done / total) : 0);
    }
}
