using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Data.Stores;
using Argus.Imaging;
using Argus.Recipes;
using Argus.Tests;
using Argus.Training.Recipes;

namespace Argus.Tests;

/// <summary>A small store of drawn faces, made once for all tests of the process.</summary>
internal static class TinyStore
{
    public static readonly string[] Settings =
    [
        "model.image_size=32",
        "model.projection=64",
        "data.train_frames=3",
        "data.eval_frames=2",
        "train.epochs=2",
        "train.batch_size=4",
        "train.device=cpu",
    ];

    private static readonly TemporaryFolder Folder = new();
    private static readonly Lazy<Task<string>> Made = new(MakeAsync);

    public static string Data(string layout) => Folder["data", layout];

    /// <summary>The smoke recipe at the smallest size.</summary>
    public static MergedRecipe Recipe(string run, params string[] settings) =>
        RecipeLibrary.Default.Load(RecipeLibrary.Default.Find(run), "smoke", [.. Settings, .. settings]);

    /// <summary>Prepares what the recipe needs; a second call finds it there.</summary>
    public static async Task<Store> OpenAsync(Recipe recipe)
    {
        await Made.Value;
        var listing = DatasetLayout
            .Find(recipe.Data.Layout)
            .Read(Data(recipe.Data.Layout), DatasetOptions.Create(recipe.Data));
        var options = StoreOptions.Create(recipe);
        var preparation = new Preparation(ModelInput.Create(recipe), null);
        var folder = Folder["stores", options.Key];
        await preparation.RunAsync(
            await preparation.PlanAsync(listing, options, folder, DatasetShard.Whole),
            2,
            null,
            CancellationToken.None
        );
        return await Store.OpenAsync(folder, options);
    }

    private static async Task<string> MakeAsync()
    {
        await SampleDataset.WriteAsync(
            Folder["data"],
            new SampleOptions
            {
                SizePixels = 32,
                Seconds = 0.4,
                Quads = new Dictionary<ForgeryKind, QuadCounts> { [ForgeryKind.Resolution] = new(4, 2, 1) },
            },
            SilentLog.Instance,
            CancellationToken.None
        );
        return Folder["data"];
    }
}
