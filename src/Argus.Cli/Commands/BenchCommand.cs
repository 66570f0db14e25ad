using System.CommandLine;
using Argus.Cli.Benches;
using Argus.Specialists;

namespace Argus.Cli.Commands;

internal static class BenchCommand
{
    public static Command Create() =>
        new("bench", "Measure this machine: how long the parts of the work take.")
        {
            Step(),
            Prepare(),
            Feed(),
            Evaluate(),
            Control(),
            Specialists(),
            Infer(),
            Detect(),
            Serve(),
        };

    private static readonly Option<bool> Json = new("--json") { Description = "As JSON." };

    private static Command Prepare()
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
            Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var result = await PrepareBench.RunAsync(parse.GetValue(videos), parse.GetValue(count), cancel);
                if (parse.GetValue(Json))
                    Terminal.WriteJson(result);
                else
                    PrepareBench.Print(result);
                return 0;
            }
        );
        return command;
    }

    private static Command Control()
    {
        var videos = Videos();
        var kinds = ForgeCommand.KindOption();
        kinds.DefaultValueFactory = _ => ["all"];
        var seed = new Option<int>("--seed")
        {
            Description = "Every draw follows from it.",
            DefaultValueFactory = _ => 0,
            HelpName = "N",
        };
        var command = new Command(
            "control",
            "Forge real videos and see whether numbers about the whole clip tell the forgeries from their twins: some minutes."
        )
        {
            videos,
            kinds,
            seed,
            Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var result = await ControlBench.RunAsync(
                    parse.GetRequiredValue(videos),
                    ForgeCommand.Kinds(parse.GetRequiredValue(kinds)),
                    parse.GetValue(seed),
                    cancel
                );
                if (parse.GetValue(Json))
                    Terminal.WriteJson(result);
                else
                    ControlBench.Print(result);
                return 0;
            }
        );
        return command;
    }

    private static Argument<string> Videos()
    {
        var videos = new Argument<string>("videos")
        {
            Description = "A folder of real videos, each of another person.",
        };
        videos.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } folder && !Directory.Exists(folder))
                result.AddError($"There is no folder {folder}.");
        });
        return videos;
    }

    private static Command Specialists()
    {
        var videos = Videos();
        var settings = new Argument<string[]>("key=value")
        {
            Description = "Recipe settings of all trainings, e.g. train.epochs=12.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var folds = new Option<int>("--folds")
        {
            Description = "Parts that the people are divided into; each is tested by a model that the others trained.",
            DefaultValueFactory = _ => 3,
            HelpName = "N",
        };
        folds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 2 or > 50)
                result.AddError("--folds is 2 to 50.");
        });
        var seed = new Option<int>("--seed")
        {
            Description = "Every draw follows from it.",
            DefaultValueFactory = _ => 0,
            HelpName = "N",
        };
        var only = new Option<string[]>("--only")
        {
            Description = "Only these specialists.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "NAME",
        };
        var profiles = new Option<string[]>("--profiles")
        {
            Description = "full, seed or both.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["full", "seed"],
            HelpName = "NAME",
        };
        var command = new Command(
            "specialists",
            "Train the five specialists on forgeries of real faces and judge them on people they have not seen: some hours."
        )
        {
            videos,
            settings,
            folds,
            seed,
            only,
            profiles,
            Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var folder = parse.GetRequiredValue(videos);
                var names = parse.GetValue(only) is { Length: > 0 } chosen
                    ? chosen.Select(name => Specialist.Named(name).Name).ToList()
                    : [.. Specialist.All.Select(specialist => specialist.Name)];
                if (
                    parse.GetRequiredValue(profiles).FirstOrDefault(name => name is not ("full" or "seed")) is { } other
                )
                    throw new RequestException($"--profiles is full, seed or both, not {other}.");
                var result = await SpecialistsBench.RunAsync(
                    folder,
                    parse.GetValue(folds),
                    parse.GetValue(seed),
                    names,
                    parse.GetRequiredValue(profiles),
                    parse.GetValue(settings) ?? [],
                    cancel
                );
                if (parse.GetValue(Json))
                    Terminal.WriteJson(result);
                else
                    Terminal.Line(
                        $"{SpecialistsBench.Markdown(result)}\n\n{result.People} people, {result.Folds} folds, seed {result.Seed}, {result.Minutes:0} minutes"
                    );
                return 0;
            }
        );
        return command;
    }

    private static Command Step()
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
            Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var options = new StepBench.Options(
                    Specialist.Named(parse.GetRequiredValue(specialist)).Name,
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
                if (parse.GetValue(Json))
                    Terminal.WriteJson(result);
                else
                    StepBench.Print(result);
                return 0;
            }
        );
        return command;
    }

    private static Command Infer()
    {
        var specialist = new Argument<string>("specialist")
        {
            Description = "bg, av, cm, rr or tm.",
            DefaultValueFactory = _ => "tm",
        };
        var profile = new Option<string>("--profile")
        {
            Description = "seed or full.",
            DefaultValueFactory = _ => "seed",
            HelpName = "NAME",
        };
        var batch = new Option<int>("--batch")
        {
            Description = "Clips at once.",
            DefaultValueFactory = _ => 8,
            HelpName = "N",
        };
        batch.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1024)
                result.AddError("--batch is 1 to 1024.");
        });
        var command = new Command("infer", "An exported B4 specialist in ONNX Runtime against the same in libtorch.")
        {
            specialist,
            profile,
            batch,
            Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var result = await InferBench.RunAsync(
                    Specialist.Named(parse.GetRequiredValue(specialist)).Name,
                    parse.GetRequiredValue(profile),
                    parse.GetValue(batch),
                    cancel
                );
                if (parse.GetValue(Json))
                    Terminal.WriteJson(result);
                else
                    InferBench.Print(result);
            }
        );
        return command;
    }

    private static Command Detect()
    {
        var video = new Option<string?>("--video")
        {
            Description = "A video (default: one of ten seconds in 720p is drawn).",
            HelpName = "FILE",
        };
        var profile = new Option<string>("--profile")
        {
            Description = "seed or full.",
            DefaultValueFactory = _ => "seed",
            HelpName = "NAME",
        };
        var settings = new Argument<string[]>("key=value")
        {
            Description = "Settings on top of the recipes, e.g. data.eval_frames=8.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("detect", "'argus detect' with five B4 specialists of random weights.")
        {
            settings,
            video,
            profile,
            Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var result = await DetectBench.RunAsync(
                    parse.GetRequiredValue(profile),
                    parse.GetValue(video),
                    parse.GetValue(settings) ?? [],
                    cancel
                );
                if (parse.GetValue(Json))
                    Terminal.WriteJson(result);
                else
                    DetectBench.Print(result);
            }
        );
        return command;
    }

    private static Command Serve()
    {
        var videos = new Option<int>("--videos")
        {
            Description = "That are sent at once.",
            DefaultValueFactory = _ => 4,
            HelpName = "N",
        };
        videos.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 100)
                result.AddError("--videos is 1 to 100.");
        });
        var command = new Command(
            "serve",
            "How soon 'argus serve' answers /healthz while videos are in its queue, with five B4 specialists of random weights."
        )
        {
            videos,
            Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var result = await ServeBench.RunAsync(parse.GetValue(videos), cancel);
                if (parse.GetValue(Json))
                    Terminal.WriteJson(result);
                else
                    ServeBench.Print(result);
            }
        );
        return command;
    }

    private static Command Feed()
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
            Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var result = await FeedBench.RunAsync(parse.GetValue(workers), cancel);
                if (parse.GetValue(Json))
                    Terminal.WriteJson(result);
                else
                    FeedBench.Print(result);
                return 0;
            }
        );
        return command;
    }

    private static Command Evaluate()
    {
        var command = new Command(
            "evaluate",
            $"All figures with 1,000 bootstrap rounds over {EvaluateBench.Scores:N0} frame scores."
        )
        {
            Json,
        };
        command.SetAction(parse =>
        {
            var result = EvaluateBench.Run();
            if (parse.GetValue(Json))
                Terminal.WriteJson(result);
            else
                EvaluateBench.Print(result);
        });
        return command;
    }
}
