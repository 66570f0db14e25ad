using System.CommandLine;
using Argus.Cli.Output;
using Argus.Pretrained;

namespace Argus.Cli.Commands;

internal static class ModelsCommand
{
    /// <param name="what">Its description.</param>
    /// <param name="further">What a program can do with models beside fetching them.</param>
    public static Command Create(string what, params IReadOnlyList<Command> further)
    {
        var command = new Command("models", what) { List(), Pull() };
        foreach (var more in further)
            command.Add(more);
        return command;
    }

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

    private sealed class Percent(IProgress<int> progress) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) =>
            progress.Report(value.Total is > 0 and var total ? (int)(100 * value.Done / total) : 0);
    }
}
