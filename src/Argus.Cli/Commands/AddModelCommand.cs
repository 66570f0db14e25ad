using System.CommandLine;
using Argus.Cli.Output;
using Argus.Training.Export;

namespace Argus.Cli.Commands;

/// <summary>The part of <c>argus models</c> that reads YAML, and released weights with libtorch.</summary>
internal static class AddModelCommand
{
    public static Command Create()
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
}
