using System.CommandLine;
using Argus.Cli.Output;
using Argus.Recipes;
using Argus.Training.Checkpoints;
using Argus.Training.Recipes;
using Argus.Training.Runs;

namespace Argus.Cli.Commands;

internal static class ImportCommand
{
    private const int MostNames = 8;

    public static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description = "A file of safetensors or of torch.save, whatever its ending, also inside a .zip.",
        };
        var specialist = new Option<string>("--specialist")
        {
            Description = "bg, av, cm, rr or tm.",
            Required = true,
            HelpName = "NAME",
        };
        var output = new Option<string>("--out")
        {
            Description = "The checkpoint folder to make.",
            Required = true,
            HelpName = "CHECKPOINT",
        };
        var stage = new Option<int>("--stage")
        {
            Description = "The stage that the weights come from; decides the enhancement of pictures.",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        var profile = TrainCommand.ProfileOption();
        var settings = new Argument<string[]>("key=value")
        {
            Description = "Settings on top of the recipe, e.g. backbone.name=efficientnet_b0.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command(
            "import",
            "Make a checkpoint of weights from PyTorch; nothing in the file is executed."
        )
        {
            file,
            settings,
            specialist,
            output,
            stage,
            profile,
        };
        command.SetAction(parse =>
        {
            var library = RecipeLibrary.Default;
            var merged = library.Load(
                library.Find($"{parse.GetRequiredValue(specialist)}/{parse.GetValue(stage)}"),
                parse.GetRequiredValue(profile),
                parse.GetValue(settings) ?? []
            );
            var folder = parse.GetRequiredValue(output);
            if (Directory.Exists(folder) || File.Exists(folder))
                throw new RequestException($"{folder} already exists. Choose another --out.");
            using var weights = Weights.Read(parse.GetRequiredValue(file));
            using var model = ModelFactory.Create(merged.Recipe);
            var match = weights.CopyTo(model);
            if (match.Matched.Count == 0)
                throw new ArgusException(
                    $"No name in {parse.GetRequiredValue(file)} belongs to this model; it holds "
                        + $"{string.Join(", ", match.LeftOver.Take(3))}…."
                );

            Say("matched", match.Matched);
            Say("missing", match.Missing);
            SayNames(match.Missing);
            Say("left over", match.LeftOver);
            SayNames(match.LeftOver);
            if (match.Missing.Count > 0)
                Terminal.Line(
                    "Missing weights keep their random start: this checkpoint is one to train from, not to judge with."
                );
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(folder))!);
            Checkpoint.Save(folder, model, optimizer: null, new TrainState(), merged.ToYaml());
            Terminal.Line($"Checkpoint: {folder}");
        });
        return command;
    }

    private static void SayNames(IReadOnlyList<string> names)
    {
        if (names.Count > 0)
            Terminal.Line(
                $"{"", -10}        {string.Join(", ", names.Take(MostNames))}{(names.Count > MostNames ? ", …" : "")}"
            );
    }

    private static void Say(string what, IReadOnlyList<string> names)
    {
        var tops = names.GroupBy(name => name.Split('.')[0]).Select(group => $"{group.Key} {group.Count()}");
        Terminal.Line($"{what, -10} {names.Count, 5}  {string.Join(", ", tops)}");
    }
}
