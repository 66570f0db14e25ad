using System.CommandLine;
using System.Text.Json.Nodes;
using Argus.Cli.Output;
using Argus.Recipes;
using Argus.Training.Recipes;

namespace Argus.Cli.Commands;

internal static class RecipesCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("recipes", "List the fifteen runs.") { Show(), Schema(), json };
        command.SetAction(parse =>
        {
            var library = RecipeLibrary.Default;
            var runs = library
                .Runs.OrderBy(run => run.Stage)
                .ThenBy(run => run.Specialist, StringComparer.Ordinal)
                .Select(run => (run, library.Load(run, "full", []).Recipe))
                .ToList();
            if (parse.GetValue(json))
            {
                Terminal.WriteJson(
                    runs.Select(entry => new
                    {
                        Short = entry.run.ShortName,
                        Long = entry.run.LongName,
                        Recipe = JsonNode.Parse(RecipeJson.Write(entry.Recipe)),
                    })
                );
                return;
            }
            Terminal.Table(
                ["run", "long name", "looks for", "data", "epochs", "learning rate", "loss"],
                runs.Select(entry =>
                        new[]
                        {
                            entry.run.ShortName,
                            entry.run.LongName,
                            Specialists.Specialist.Find(entry.run.Specialist).Title,
                            entry.Recipe.Data.Layout,
                            $"{entry.Recipe.Train.Epochs}{(entry.Recipe.Data.Chunks.Length > 0 ? " per part" : "")}",
                            $"{entry.Recipe.Optimizer.LearningRate:0e-0}",
                            RecipeSchema.Word(entry.Recipe.Loss.Name),
                        }
                    )
                    .ToList()
            );
            Terminal.Line(
                $"Besides, off by default: {string.Join(", ", library.OptionalRuns.Select(run => run.LongName))} "
                    + "(argus train SPECIALIST --stages 1,2,3,4)."
            );
            Terminal.Line(
                $"Profiles: {string.Join(", ", library.Profiles)}. 'argus recipes show rr/2' prints every "
                    + "setting and where it comes from."
            );
        });
        return command;
    }

    private static Command Show()
    {
        var name = new Argument<string>("run") { Description = "Short or long name." };
        var settings = new Argument<string[]>("key=value")
        {
            Description = "Settings on top.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var profile = TrainCommand.ProfileOption();
        var command = new Command("show", "Print a merged recipe and where each value comes from.")
        {
            name,
            settings,
            profile,
        };
        command.SetAction(parse =>
        {
            var library = RecipeLibrary.Default;
            Console.Out.Write(
                library
                    .Load(
                        library.Find(parse.GetRequiredValue(name)),
                        parse.GetRequiredValue(profile),
                        parse.GetValue(settings) ?? []
                    )
                    .ToYaml(withOrigins: true)
            );
        });
        return command;
    }

    private static Command Schema()
    {
        var command = new Command("schema", "Print the JSON schema of recipe files, for editors.");
        command.SetAction(_ => Console.Out.Write(RecipeSchema.ToJsonSchema(RecipeLibrary.Tables)));
        return command;
    }
}
