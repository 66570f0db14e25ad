using System.CommandLine;
using Argus.Cli.Output;
using Argus.Data.Stores;

namespace Argus.Cli.Commands;

/// <summary>Stores as other software reads them.</summary>
internal static class DataExportCommand
{
    private const string DeepfakeBench = "deepfakebench";
    private const string HuggingFace = "huggingface";

    public static Command Create()
    {
        var store = new Argument<string>("store") { Description = "What 'argus data prepare' made." };
        var format = new Option<string>("--to")
        {
            Description = $"{DeepfakeBench} (a JSON file and pictures) or {HuggingFace} (folders with metadata.jsonl).",
            Required = true,
            HelpName = "FORMAT",
        };
        format.AcceptOnlyFromAmong(DeepfakeBench, HuggingFace);
        var output = new Option<string>("--out")
        {
            Description = "Where to; must not exist, or be empty.",
            Required = true,
            HelpName = "DIR",
        };
        var name = new Option<string>("--name")
        {
            Description = "What DeepfakeBench calls the dataset.",
            DefaultValueFactory = _ => "Argus",
            HelpName = "NAME",
        };
        var command = new Command("export", "A store's pictures for DeepfakeBench or Hugging Face's datasets.")
        {
            store,
            format,
            output,
            name,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var folder = parse.GetRequiredValue(output);
                if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
                    throw new RequestException($"{folder} is not empty. Give another --out.");
                using var opened = await Store.OpenAsync(parse.GetRequiredValue(store));
                var written = await Terminal.ProgressAsync(
                    "videos written",
                    opened.Videos.Count,
                    progress =>
                        Task.Run(
                            () =>
                            {
                                if (parse.GetRequiredValue(format) == DeepfakeBench)
                                    return StoreExport.WriteDeepfakeBench(
                                        opened,
                                        folder,
                                        parse.GetRequiredValue(name),
                                        progress
                                    );
                                StoreExport.WriteHuggingFace(opened, folder, progress);
                                return folder;
                            },
                            cancel
                        )
                );
                Terminal.Line($"{written}: {opened.Videos.Count} videos, the first picture of each clip");
            }
        );
        return command;
    }
}
