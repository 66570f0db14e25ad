using System.CommandLine;
using Argus.Cli.Output;
using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Pretrained;

namespace Argus.Cli.Commands;

internal static class ForgeCommand
{
    private static readonly string[] Names = [.. Enum.GetNames<ForgeryKind>().Select(name => name.ToLowerInvariant())];

    public static Command Create()
    {
        var videos = new Argument<string[]>("video")
        {
            Description = "Real videos of one person each.",
            Arity = ArgumentArity.OneOrMore,
        };
        var kinds = KindOption();
        kinds.Required = true;
        var output = new Option<string>("--out")
        {
            Description = "Folder for what is made: a DFDC part, to be trained on as it is.",
            Required = true,
            HelpName = "DIR",
        };
        var quads = new Option<int>("--quads")
        {
            Description = "Of each video and kind so many quads: two real twins, two forgeries.",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        quads.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000)
                result.AddError("--quads is 1 to 1000.");
        });
        var seconds = new Option<double>("--seconds")
        {
            Description = "Of longer videos only so much.",
            DefaultValueFactory = _ => 10,
            HelpName = "S",
        };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 1 and <= 600))
                result.AddError("--seconds is 1 to 600.");
        });
        var seed = new Option<int>("--seed")
        {
            Description = "Every draw follows from it.",
            DefaultValueFactory = _ => 0,
            HelpName = "N",
        };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("forge", "Make forgeries and real twins from real videos.")
        {
            videos,
            kinds,
            output,
            quads,
            seconds,
            seed,
            json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForPictures();
                var chosen = Kinds(parse.GetRequiredValue(kinds));
                var faceModel =
                    ModelCatalog.FaceDetector
                    ?? throw new RequestException(
                        "Forging needs the face detector. Fetch it once: argus models pull yunet (or --from FILE)."
                    );
                var outcome = await new ForgingFolder(parse.GetRequiredValue(output)).AddAsync(
                    parse.GetRequiredValue(videos),
                    new ForgingOptions(chosen, parse.GetValue(quads), parse.GetValue(seed), parse.GetValue(seconds)),
                    faceModel,
                    TerminalLog.Instance,
                    cancel
                );
                if (parse.GetValue(json))
                    Terminal.WriteJson(
                        new
                        {
                            outcome.Folder,
                            outcome.Made,
                            outcome.Kept,
                            LeftOut = outcome.LeftOut.Select(entry => new { entry.Video, entry.Reason }),
                        }
                    );
                else
                {
                    foreach (var (video, reason) in outcome.LeftOut)
                        Terminal.Error($"left out: {video}: {reason}");
                    Terminal.Line(
                        $"{outcome.Folder}: {outcome.Made} videos made, {outcome.Kept} were there, "
                            + $"{outcome.LeftOut.Count} left out; metadata.json in it says how each was made"
                    );
                }
                return outcome.LeftOut.Count == 0 ? 0 : 1;
            }
        );
        return command;
    }

    public static Option<string[]> KindOption() =>
        new("--kind")
        {
            Description = $"{string.Join(", ", Names)}, or all.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "KIND",
        };

    public static List<ForgeryKind> Kinds(string[] names) =>
        names.Contains("all")
            ? [.. Enum.GetValues<ForgeryKind>()]
            :
            [
                .. names
                    .Distinct()
                    .Select(name =>
                        Names.Contains(name)
                            ? Enum.Parse<ForgeryKind>(name, ignoreCase: true)
                            : throw new RequestException(
                                $"There is no kind of forgery '{name}'. Choose "
                                    + $"{Suggestions.OneOf(name, Names)}, or all."
                            )
                    ),
            ];
}
