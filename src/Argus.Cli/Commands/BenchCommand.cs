using System.CommandLine;
using Argus.Cli.Benches;

namespace Argus.Cli.Commands;

internal static class BenchCommand
{
    public static Command Create() => new("bench", "Measure this machine: how long the parts of the work take.") { Prepare(), Feed() };

    private static readonly Option<bool> Json = new("--json") { Description = "As JSON." };

    private static Command Prepare()
    {
        var videos = new Option<string?>("--videos") { Description = "A folder of videos (default: ten-second 720p ones are drawn, which takes a minute or two).", HelpName = "DIR" };
        var count = new Option<int>("--count") { Description = "Files a run.", DefaultValueFactory = _ => 48, HelpName = "N" };
        count.Validators.Add(result => { if (result.GetValueOrDefault<int>() is < 2 or > 720) result.AddError("--count is 2 to 720."); });
        var command = new Command("prepare", "'argus data prepare' with face tracks against ffmpeg's bare decoding of the same files.") { videos, count, Json };
        command.SetAction(async (parse, cancel) =>
        {
            var result = await PrepareBench.RunAsync(parse.GetValue(videos), parse.GetValue(count), cancel);
            if (parse.GetValue(Json)) Terminal.WriteJson(result);
            else PrepareBench.Print(result);
            return 0;
        });
        return command;
    }

    private static Command Feed()
    {
        var workers = new Option<int>("--workers") { Description = "Threads that decode and augment.", DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "N" };
        workers.Validators.Add(result => { if (result.GetValueOrDefault<int>() is < 1 or > 256) result.AddError("--workers is 1 to 256."); });
        var command = new Command("feed", "Stage 4's augmented batches from a store of 400-pixel face crops, without a model that waits for them.") { workers, Json };
        command.SetAction(async (parse, cancel) =>
        {
            var result = await FeedBench.RunAsync(parse.GetValue(workers), cancel);
            if (parse.GetValue(Json)) Terminal.WriteJson(result);
            else FeedBench.Print(result);
            return 0;
        });
        return command;
    }
}
