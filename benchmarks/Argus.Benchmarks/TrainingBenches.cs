using System.CommandLine;
using Argus.Cli.Commands;
using Argus.Cli.Output;
using Argus.Specialists;

namespace Argus.Benchmarks;

/// <summary>The command lines of benches that measure what training costs.</summary>
internal static class TrainingBenches
{
    public static Command Step()
    {
        var specialist = new Argument<string>("specialist")
        {
            Description = "bg, av, cm, rr or tm.",
            DefaultValueFactory = _ => "tm",
        };
        var batch = new Option<int>("--batch")
        {
            Description = "Images a step.",
            DefaultValueFactory = _ => 8,
            HelpName = "N",
        };
        batch.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 2 or > 1024)
                result.AddError("--batch is 2 to 1024.");
        });
        var repeats = new Option<int>("--repeats")
        {
            Description = "Timed steps.",
            DefaultValueFactory = _ => 10,
            HelpName = "N",
        };
        repeats.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 10000)
                result.AddError("--repeats is 1 to 10000.");
        });
        var baseline = new Option<bool>("--baseline")
        {
            Description =
                "In turns with a straightforward port on TorchSharp's own modules, optimizer and default allocator.",
        };
        var size = new Option<int>("--size")
        {
            Description = "Side of the pictures.",
            DefaultValueFactory = _ => 224,
            HelpName = "PIXELS",
        };
        var precision = new Option<string>("--precision")
        {
            Description = "fp32 or bf16.",
            DefaultValueFactory = _ => "fp32",
            HelpName = "TYPE",
        };
        var turns = new Option<string>("--turns") { Hidden = true };
        var command = new Command("step", "A training step of a B4 specialist, seed profile, on the processor.")
        {
            specialist,
            batch,
            size,
            precision,
            repeats,
            baseline,
            turns,
            BenchCommand.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var options = new StepBench.Options(
                    Specialist.Find(parse.GetRequiredValue(specialist)).Name,
                    parse.GetValue(batch),
                    parse.GetValue(size),
                    parse.GetRequiredValue(precision),
                    parse.GetValue(repeats)
                );
                if (parse.GetValue(turns) is { } path)
                {
                    StepBench.TakeTurns(options, path == "baseline", cancel);
                    return 0;
                }
                var result = await StepBench.RunAsync(options, parse.GetValue(baseline), cancel);
                if (parse.GetValue(BenchCommand.Json))
                    Terminal.WriteJson(result);
                else
                    StepBench.Print(result);
                return 0;
            }
        );
        return command;
    }

    public static Command Feed()
    {
        var workers = new Option<int>("--workers")
        {
            Description = "Threads that decode and augment.",
            DefaultValueFactory = _ => Environment.ProcessorCount,
            HelpName = "N",
        };
        workers.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 256)
                result.AddError("--workers is 1 to 256.");
        });
        var command = new Command(
            "feed",
            "Stage 4's augmented batches from a store of 400-pixel face crops, without a model that waits for them."
        )
        {
            workers,
            BenchCommand.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var result = await FeedBench.RunAsync(parse.GetValue(workers), cancel);
                if (parse.GetValue(BenchCommand.Json))
                    Terminal.WriteJson(result);
                else
                    FeedBench.Print(result);
                return 0;
            }
        );
        return command;
    }

    public static Command Prepare()
    {
        var videos = new Option<string?>("--videos")
        {
            Description = "A folder of videos (default: ten-second 720p ones are drawn, which takes a minute or two).",
            HelpName = "DIR",
        };
        var count = new Option<int>("--count")
        {
            Description = "Files a run.",
            DefaultValueFactory = _ => 48,
            HelpName = "N",
        };
        count.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 2 or > 720)
                result.AddError("--count is 2 to 720.");
        });
        var command = new Command(
            "prepare",
            "'argus data prepare' with face tracks against ffmpeg's bare decoding of the same files."
        )
        {
            videos,
            count,
            BenchCommand.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var result = await PrepareBench.RunAsync(parse.GetValue(videos), parse.GetValue(count), cancel);
                if (parse.GetValue(BenchCommand.Json))
                    Terminal.WriteJson(result);
                else
                    PrepareBench.Print(result);
                return 0;
            }
        );
        return command;
    }

    public static Command Evaluate()
    {
        var command = new Command(
            "evaluate",
            $"All figures with 1,000 bootstrap rounds over {EvaluateBench.Scores:N0} frame scores."
        )
        {
            BenchCommand.Json,
        };
        command.SetAction(parse =>
        {
            var result = EvaluateBench.Run();
            if (parse.GetValue(BenchCommand.Json))
                Terminal.WriteJson(result);
            else
                EvaluateBench.Print(result);
        });
        return command;
    }
}
