using System.Text.Json.Nodes;
using Argus.Recipes;
using Argus.Tests;
using Argus.Training.Recipes;
using Xunit;

namespace Argus.Training.Tests.Recipes;

public class RecipeTests
{
    private static readonly RecipeLibrary Library = RecipeLibrary.Default;

    [Fact]
    public void There_are_fifteen_runs_and_each_loads_in_every_profile()
    {
        Assert.Equal(15, Library.Runs.Count);
        Assert.Equal(["full", "seed", "smoke", "starter"], Library.Profiles);
        foreach (var run in Library.Runs)
        {
            foreach (var profile in Library.Profiles)
            {
                var recipe = Library.Load(run, profile, []).Recipe;
                Assert.Equal((run.Specialist, run.Stage), (recipe.Specialist, recipe.Stage));
            }
        }
    }

    // WildDeepfake is pictures, which specialists of moving faces cannot judge.
    [Fact]
    public void Stage_3_is_optional_and_for_those_that_judge_single_pictures()
    {
        Assert.Equal(["bg/3", "cm/3", "rr/3"], Library.OptionalRuns.Select(run => run.ShortName).Order());
        foreach (var run in Library.OptionalRuns)
        {
            foreach (var profile in Library.Profiles)
                Assert.Equal((3, 2), Stage(Library.Load(run, profile, []).Recipe));
        }
        Assert.Equal("rr_stage3_wilddeepfake", Library.Find("rr/3").LongName);

        static (int, int) Stage(Recipe recipe) => (recipe.Stage, recipe.StartFrom);
    }

    [Theory]
    [InlineData("rr/2")]
    [InlineData("rr_stage2_celebdf")]
    public void Short_and_long_names_mean_the_same_run(string name) =>
        Assert.Equal(("rr", 2), (Library.Find(name).Specialist, Library.Find(name).Stage));

    [Fact]
    public void Stage_settings_are_those_of_the_design()
    {
        var stages = new[] { 1, 2, 4 }
            .Select(stage => Library.Load(Library.Find($"tm/{stage}"), "seed", []).Recipe)
            .ToArray();
        Assert.Equal([1e-4, 5e-5, 1e-5], stages.Select(r => r.Optimizer.LearningRate));
        Assert.Equal([1e-5, 1e-4, 1e-3], stages.Select(r => r.Optimizer.WeightDecay));
        Assert.Equal([6, 5, 2], stages.Select(r => r.Train.Epochs));
        Assert.Equal([LossKind.CrossEntropy, LossKind.Focal, LossKind.BatchWeighted], stages.Select(r => r.Loss.Name));
        Assert.Equal([0, 1, 2], stages.Select(r => r.StartFrom));
        Assert.Equal([0.0, 2.0, 3.0], stages.Select(r => r.Enhance.ClaheClip));
        Assert.Equal([5.0, 10.0, 20.0], stages.Select(r => r.Augment.RotateDegrees));
        Assert.Equal([9, 8, 3, 5, 7, 2, 6, 4, 1, 0], stages[2].Data.Chunks);
        Assert.Equal([0.4, 0.3, 0.2], stages[2].Model.Dropout);
        Assert.Equal([0.25, 0.75], stages[2].Data.FrameRange);
        Assert.Equal(1.0, stages[2].Optimizer.ClipNorm);
        Assert.All(
            stages,
            r =>
                Assert.Equal(
                    (8, 224, 32, 16, 3),
                    (r.Train.BatchSize, r.Model.ImageSize, r.Data.TrainFrames, r.Data.EvalFrames, r.Train.Keep)
                )
        );
    }

    [Fact]
    public void Later_files_win_and_every_value_knows_where_it_came_from()
    {
        var merged = Library.Load(Library.Find("rr/4"), "smoke", ["train.epochs=7"]);
        Assert.Equal(7, merged.Recipe.Train.Epochs);
        Assert.Equal("command line", merged.Values["train.epochs"].Origin);
        Assert.StartsWith("profiles/smoke.yaml:", merged.Values["backbone.name"].Origin);
        Assert.StartsWith("stages/stage4_dfdc.yaml:", merged.Values["loss.name"].Origin);
        Assert.StartsWith("specialists/rr.yaml:", merged.Values["specialist"].Origin);
        Assert.StartsWith("base.yaml:", merged.Values["data.face_margin"].Origin);
    }

    [Fact]
    public void Everything_wrong_is_reported_at_once_with_the_nearest_valid_word()
    {
        var error = Assert.Throws<RequestException>(() =>
            Library.Load(
                Library.Find("rr/2"),
                "seed",
                [
                    "train.epoch=3",
                    "loss.name=focel",
                    "augment.flip=2",
                    "train.batch_size=many",
                    "data.frame_range=[0]",
                    "nonsense",
                ]
            )
        );
        var lines = error.Message.Split(Environment.NewLine);
        Assert.Equal(6, lines.Length);
        Assert.Contains(
            lines,
            line => line.Contains("'train.epoch'; did you mean 'train.epochs'?", StringComparison.Ordinal)
        );
        Assert.Contains(lines, line => line.Contains("did you mean 'focal'?", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("from 0 to 1", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("a whole number, not 'many'", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("a list of 2, not of 1", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("'nonsense' is not KEY=VALUE", StringComparison.Ordinal));
    }

    [Fact]
    public void A_files_mistakes_are_named_with_file_and_line()
    {
        using var folder = new TemporaryFolder();
        CopyRecipes(folder);
        folder.Write("profiles/mine.yaml", "train:\n  epochs: 2\n  batchsize: 4\n");
        folder.Write("profiles/broken.yaml", "train: [\n");
        var library = new RecipeLibrary(folder.Path);
        var wrongKey = Assert.Throws<RequestException>(() => library.Load(library.Find("rr/1"), "mine", []));
        Assert.Contains("profiles/mine.yaml:3", wrongKey.Message, StringComparison.Ordinal);
        Assert.Contains("did you mean 'train.batch_size'", wrongKey.Message, StringComparison.Ordinal);
        var broken = Assert.Throws<RequestException>(() => library.Load(library.Find("rr/1"), "broken", []));
        Assert.Contains("profiles/broken.yaml:", broken.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data.frame_range=[0.8,0.2]")]
    [InlineData("augment.blur_kernel=4")]
    [InlineData("start_from=2")]
    [InlineData("model.projection=12")]
    [InlineData("data.chunks=[1,1]")]
    public void Values_that_contradict_each_other_are_refused(string setting) =>
        Assert.Throws<RequestException>(() => Library.Load(Library.Find("rr/2"), "seed", [setting]));

    [Fact]
    public void A_merged_recipe_reads_back_as_it_was()
    {
        using var folder = new TemporaryFolder();
        var merged = Library.Load(
            Library.Find("cm/4"),
            "seed",
            ["backbone.weights=/a folder/with: odd \"name\".pth", "data.methods=[Deepfakes,Face2Face]"]
        );
        var read = RecipeLibrary.ReadMerged(folder.Write("recipe.yaml", merged.ToYaml()));
        Assert.Equivalent(merged.Recipe, read, strict: true);
    }

    [Fact]
    public void The_schema_knows_every_key_and_refuses_others()
    {
        var schema = JsonNode.Parse(RecipeSchema.ToJsonSchema(RecipeLibrary.Tables))!;
        foreach (var key in RecipeSchema.Keys)
        {
            var node = key.Key.Split('.').Aggregate(schema, (section, part) => section["properties"]![part]!);
            Assert.NotNull(node["type"]);
        }
        Assert.False((bool)schema["additionalProperties"]!);
        Assert.Equal("focal", (string)schema["properties"]!["loss"]!["properties"]!["name"]!["enum"]![1]!);
    }

    [Fact]
    public void A_sixth_stage_or_specialist_is_a_file()
    {
        using var folder = new TemporaryFolder();
        CopyRecipes(folder);
        folder.Write("stages/stage3_wilddeepfake.yaml", "stage: 3\nstart_from: 2\n");
        Assert.Equal(20, new RecipeLibrary(folder.Path).Runs.Count);
    }

    public static TheoryData<string> HostileYaml =>
        [
            "a: &a\n  b: *a\n",
            "a: &a [1, 2]\nb: *a\n",
            "a: " + new string('[', 400_000),
            "a: " + string.Concat(Enumerable.Repeat("{a: ", 100_000)),
        ];

    [Theory, MemberData(nameof(HostileYaml))]
    public void Yaml_that_stands_for_more_than_it_says_is_refused(string yaml)
    {
        using var folder = new TemporaryFolder();
        folder.Write("recipe.yaml", yaml);
        var error = Assert.Throws<RequestException>(() => RecipeLibrary.ReadMerged(folder["recipe.yaml"]));
        Assert.Contains("not valid YAML", error.Message, StringComparison.Ordinal);
    }

    // YamlDotNet answers some damaged texts with exceptions of its own states.
    [Fact]
    public void Every_damage_to_a_recipe_is_an_error_and_never_a_crash()
    {
        using var folder = new TemporaryFolder();
        var yaml = Library.Load(Library.Find("rr/1"), "smoke", []).ToYaml();
        var random = KeyedRandom.Create("damaged-yaml");
        for (var i = 0; i < 2000; i++)
        {
            var damaged = yaml.ToCharArray();
            for (var j = 0; j < 3; j++)
                damaged[random.Next(damaged.Length)] = random.Pick("[]{}:,|>-?!&*\"'#%\t\n \0".ToCharArray());
            folder.Write("recipe.yaml", new string(damaged));
            try
            {
                RecipeLibrary.ReadMerged(folder["recipe.yaml"]);
            }
            catch (RequestException) { }
        }
    }

    [Fact]
    public void A_model_s_recipe_with_half_a_surrogate_pair_is_refused() =>
        Assert.Throws<RequestException>(() => RecipeJson.Read("""{"run": "\ud800"}""", "model"));

    // Comparing it letter by letter with every key takes a minute.
    [Fact]
    public void A_key_as_long_as_a_file_is_like_no_other() =>
        Assert.Null(Suggestions.Closest(new string('a', 10_000_000), RecipeSchema.Keys.Select(key => key.Key)));

    private static void CopyRecipes(TemporaryFolder folder)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "recipes");
        foreach (var file in Directory.EnumerateFiles(source, "*.yaml", SearchOption.AllDirectories))
            folder.Write(Path.GetRelativePath(source, file), File.ReadAllText(file));
    }
}
