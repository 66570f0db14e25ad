using System.CommandLine;
using Argus.Web;
using Argus.Web.Mcp;

namespace Argus.Cli.Commands;

internal static class McpCommand
{
    public static Command Create()
    {
        var models = new Option<string?>("--models")
        {
            Description = "A models folder that 'argus export' made; without it the starter, which comes with Argus.",
            HelpName = "DIR",
        };
        var folders = new Option<string[]>("--folder")
        {
            Description = "Files below it may be judged; may be repeated. Without it the current folder.",
            DefaultValueFactory = _ => [Directory.GetCurrentDirectory()],
            HelpName = "DIR",
        };
        var limits = new ServeOptions();
        var megabytes = new Option<int>("--max-megabytes")
        {
            Description = "The largest file.",
            DefaultValueFactory = _ => limits.LargestMegabytes,
            HelpName = "N",
        };
        var minutes = new Option<double>("--max-minutes")
        {
            Description = "The longest video.",
            DefaultValueFactory = _ => limits.LongestMinutes,
            HelpName = "N",
        };
        var command = new Command(
            "mcp",
            "For language models: the Model Context Protocol over standard input and output ('argus serve --mcp': over "
                + "HTTP)."
        )
        {
            models,
            folders,
            megabytes,
            minutes,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForPictures();
                var allowed = parse.GetRequiredValue(folders);
                if (allowed.FirstOrDefault(folder => !Directory.Exists(folder)) is { } absent)
                    throw new RequestException($"--folder {absent} does not exist.");
                var asked = limits with
                {
                    LargestMegabytes = parse.GetValue(megabytes),
                    LongestMinutes = parse.GetValue(minutes),
                };
                asked.Check();
                await McpStandardServer.RunAsync(
                    parse.GetValue(models),
                    new McpFileOptions(allowed, asked.LargestMegabytes, asked.LongestMinutes),
                    cancel
                );
                return 0;
            }
        );
        return command;
    }
}
