using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Stores;
using Argus.Imaging;
using Argus.Recipes;
using Argus.Tests;

namespace Argus.Data.Tests.Stores;

/// <summary>A dataset of files made by a test, in DFDC's layout (any names), and its store.</summary>
internal sealed class SmallStore(params string[] settings) : IDisposable
{
    public TemporaryFolder Folder { get; } = new();

    public Recipe Recipe { get; } =
        TestRecipes.Load(
            "rr_4_smoke",
            [
                "model.image_size=32",
                "data.train_frames=4",
                "data.eval_frames=4",
                "data.frame_range=[0,1]",
                "data.sound=true",
                .. settings,
            ]
        );

    public string Store => Folder["store"];

    /// <summary>A file of the dataset; <see cref="Describe"/> gives them their labels.</summary>
    public string Video(string name) => Folder["data", "dfdc_train_part_0", name];

    /// <summary>Writes metadata.json: names of fakes with their originals; every other file is real.</summary>
    public SmallStore Describe(params (string Fake, string Original)[] fakes)
    {
        var entries = Directory
            .EnumerateFileSystemEntries(Folder["data", "dfdc_train_part_0"])
            .Select(Path.GetFileName)
            .ToDictionary(
                name => name!,
                name =>
                    fakes
                        .Where(fake => fake.Fake == name)
                        .Select(fake => (object)new { label = "FAKE", original = fake.Original })
                        .DefaultIfEmpty(new { label = "REAL" })
                        .First()
            );
        File.WriteAllText(Video("metadata.json"), System.Text.Json.JsonSerializer.Serialize(entries));
        return this;
    }

    public async Task<PreparationResult> PrepareAsync(
        DatasetShard? share = null,
        long shardBytes = 256L << 20,
        string? model = null,
        IProgress<int>? progress = null,
        CancellationToken cancel = default
    )
    {
        var listing = DatasetLayout.Find("dfdc").Read(Folder["data"], new DatasetOptions());
        var preparation = new Preparation(ModelInput.Create(Recipe), model) { ShardBytes = shardBytes };
        return await preparation.RunAsync(
            await preparation.PlanAsync(listing, StoreOptions.Create(Recipe), Store, share ?? DatasetShard.Whole),
            2,
            progress,
            cancel
        );
    }

    public void Dispose() => Folder.Dispose();
}
