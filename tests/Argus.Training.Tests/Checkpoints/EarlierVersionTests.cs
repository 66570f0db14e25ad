using Argus.Data.Stores;
using Argus.Detection;
using Argus.Recipes;
using Argus.Scores;
using Argus.Tests;
using Argus.Training.Checkpoints;
using Argus.Training.Recipes;
using Argus.Training.Runs;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Checkpoints;

/// <summary>
/// What version 0.1 wrote before its rooms were rearranged still loads. The text files and the names of the tensors are
/// as it wrote them; the tensors are filled here.
/// </summary>
public sealed class EarlierVersionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_run_folder_and_its_checkpoint_load()
    {
        var checkpoint = WriteRun();
        Assert.Equal(36, Checkpoint.ReadState(checkpoint).GlobalStep);
        Assert.Equal("epoch-001-step-000000", Checkpoint.ReadState(checkpoint).BestCheckpoint);
        Assert.Equal("mean_logit", Calibration.Read(checkpoint)!.Aggregation);
        var found = CheckpointReference.Find(folder["run"]);
        Assert.Equal("rr", found.Recipe.Specialist);
        using var model = found.Load(CPU);
        // Every tensor that is in the file is in the model, and no other.
        Assert.Equal(Names().Select(name => name.Name).Order(), model.state_dict().Keys.Order());
        var first = Names().First(name => name.Name.StartsWith("classifier.", StringComparison.Ordinal)).Name;
        Assert.Equal(0.5f, model.state_dict()[first].data<float>()[0]);
    }

    [Fact]
    public void A_models_folder_loads()
    {
        folder.Write("models/council.json", Text("council.json"));
        var council = Council.Read(folder["models"]);
        Assert.Equal("rr", Assert.Single(council.Members).Name);
        Assert.Equal(0.5467643157531055, council.Forged);
    }

    [Fact]
    public void A_store_is_recognised_by_the_options_that_it_was_made_with()
    {
        folder.Write("store/store.json", Text("store.json"));
        var options = StoreFolder.ReadOptions(folder["store"])!;
        Assert.Equal("beb29e152386", options.Key);
        // The recipe that wanted it wants it still.
        Assert.Equal(options, StoreOptions.Create(TestRecipes.Load("rr_4_smoke")));
    }

    [Fact]
    public void A_recipe_reads_the_same_from_YAML_that_was_written_and_from_the_JSON_of_today()
    {
        foreach (var name in new[] { "rr_4_seed", "rr_1_smoke", "rr_4_smoke", "bg_1_full", "av_1_full", "av_1_seed" })
        {
            var yaml = TestRecipes.Text(name);
            var merged = RecipeLibrary.ReadMerged(folder.Write($"{name}.yaml", yaml));
            Assert.Equivalent(merged, RecipeJson.Read(yaml, name), strict: true);
            Assert.Equivalent(merged, RecipeJson.Read(RecipeJson.Write(merged), name), strict: true);
        }
    }

    [Fact]
    public void Keys_that_an_older_recipe_lacks_take_the_value_of_then()
    {
        var lacking = new[] { "clip_frames", "clip_rate", "largest_crop", "format", "sound", "probability", "kinds" };
        var lines = TestRecipes
            .Text("bg_1_full")
            .Split('\n')
            .Where(line => !lacking.Any(key => line.TrimStart().StartsWith(key + ":", StringComparison.Ordinal)));
        var recipe = RecipeLibrary.ReadMerged(folder.Write("old.yaml", string.Join('\n', lines)));
        Assert.Equal(1, recipe.Data.ClipFrames);
        Assert.Equal(0, recipe.Data.LargestCrop);
        Assert.Equal(PictureFormat.Png, recipe.Data.Format);
        Assert.False(recipe.Data.Sound);
        Assert.Equal(0, recipe.Forge.Probability);
        Assert.Empty(recipe.Forge.Kinds);
        // What every version had must be there.
        var without = TestRecipes.Text("bg_1_full").Replace("stage: 1\n", "");
        var error = Assert.Throws<RequestException>(() => RecipeJson.Read(without, "old.yaml"));
        Assert.Contains("'stage'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model:\n  views: rgp\n", "model.views is 'rgp'; choose one of rgb, own (did you mean 'rgb'?)")]
    [InlineData("data:\n  crop: fase\n", "data.crop is 'fase'; choose one of frame, face (did you mean 'face'?)")]
    [InlineData("loss:\n  name: focall\n", "loss.name is 'focall'")]
    [InlineData("train:\n  device: gpu\n", "train.device is 'gpu'")]
    [InlineData("train:\n  precision: fp16\n", "train.precision is 'fp16'")]
    public void A_word_that_nobody_knows_is_refused_and_never_means_the_default(string yaml, string says)
    {
        var values = RecipeText.Read(TestRecipes.Text("rr_4_smoke"), "recipe").ToDictionary();
        foreach (var (key, value) in RecipeText.Read(yaml, "changed"))
            values[key] = value;
        var error = Assert.Throws<RequestException>(() =>
            RecipeBinder.Bind(values, RecipeTables.Unknown, [], mayBeOlder: false)
        );
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    private string WriteRun()
    {
        const string Name = "run/checkpoints/epoch-001-step-000000";
        folder.Write("run/recipe.yaml", TestRecipes.Text("rr_4_smoke"));
        folder.Write($"{Name}/recipe.yaml", TestRecipes.Text("rr_4_smoke"));
        folder.Write($"{Name}/state.json", Text("state.json"));
        folder.Write($"{Name}/calibration.json", Text("calibration.json"));
        var tensors = Names()
            .Select(name =>
                (
                    name.Name,
                    name.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal)
                        ? tensor(3L)
                        : full(name.Shape, 0.5f)
                )
            )
            .ToList();
        SafeTensors.Write(Path.Combine(folder[Name], "model.safetensors"), tensors, new Dictionary<string, string>());
        File.CreateSymbolicLink(folder["run/checkpoints/best"], "epoch-001-step-000000");
        File.CreateSymbolicLink(folder["run/checkpoints/last"], "epoch-001-step-000000");
        return folder["run/checkpoints/best"];
    }

    private static IEnumerable<(string Name, long[] Shape)> Names() =>
        Text("model-names.txt")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Select(cells => (cells[0], cells[1] == "scalar" ? [] : cells[1].Split('x').Select(long.Parse).ToArray()));

    private static string Text(string name)
    {
        using var stream = typeof(EarlierVersionTests).Assembly.GetManifestResourceStream($"EarlierVersion/{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    public void Dispose() => folder.Dispose();
}
