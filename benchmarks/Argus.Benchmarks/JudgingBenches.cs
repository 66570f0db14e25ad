using System.CommandLine;
using Argus.Cli.Commands;
using Argus.Cli.Output;
using Argus.Specialists;

namespace Argus.Benchmarks;

/// <summary>The command lines of benches that measure what a verdict costs.</summary>
internal static class JudgingBenches
{
    public static Command Infer()
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
            BenchCommand.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var result = await InferBench.RunAsync(
                    Specialist.Find(parse.GetRequiredValue(specialist)).Name,
                    parse.GetRequiredValue(profile),
                    parse.GetValue(batch),
                    cancel
                );
                if (parse.GetValue(BenchCommand.Json))
                    Terminal.WriteJson(result);
                else
                    InferBench.Print(result);
            }
        );
        return command;
    }

    public static Command Detect()
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
            BenchCommand.Json,
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
                if (parse.GetValue(BenchCommand.Json))
                    Terminal.WriteJson(result);
                else
                    DetectBench.Print(result);
            }
        );
        return command;
    }

    public static Command Serve()
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
            "How soon 'argus serve' answers /healthz while videos are in its queue, with five B4 specialists "
                + "of random weights."
        )
        {
            videos,
            BenchCommand.Json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var result = await ServeBench.RunAsync(parse.GetValue(videos), cancel);
                if (parse.GetValue(BenchCommand.Json))
                    Terminal.WriteJson(result);
                else
                    ServeBench.Print(result);
            }
        );
        return command;
    }
}
