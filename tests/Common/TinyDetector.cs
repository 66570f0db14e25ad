using Argus.Data.Stores;
using Argus.Detection;
using Argus.Recipes;
using Argus.Tests;
using Argus.Training.Checkpoints;
using Argus.Training.Export;
using Argus.Training.Recipes;
using Argus.Training.Runs;
using Xunit;

namespace Argus.Tests;

/// <summary>
/// The smallest model, exported once and compared on the tiny store's clips; tests read it and change only copies.
/// </summary>
public sealed class TinyDetector : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    public MergedRecipe Merged { get; } = TinyStore.Recipe("rr/4");
    public CheckpointReference Checkpoint { get; private set; } = null!;

    /// <summary>The models folder.</summary>
    public string Models => folder["models"];

    /// <summary>What its export said.</summary>
    public ExportResult Exported { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Checkpoint = Untrained(folder["checkpoint"], Merged);
        using var store = await TinyStore.OpenAsync(Merged.Recipe);
        Exported = await ExportAsync(Models, Checkpoint, store);
    }

    /// <summary>Random weights: what counts is that two ways agree.</summary>
    internal static CheckpointReference Untrained(string target, MergedRecipe merged)
    {
        using var model = ModelFactory.Create(merged.Recipe);
        Argus.Training.Checkpoints.Checkpoint.Save(target, model, optimizer: null, new TrainState(), merged.ToYaml());
        return CheckpointReference.Find(target);
    }

    internal static async Task<ExportResult> ExportAsync(string models, CheckpointReference checkpoint, Store store)
    {
        var name = checkpoint.Recipe.Specialist;
        var result = await OnnxExport.RunAsync(
            checkpoint,
            Path.Combine(models, ModelsFolder.FileOf(name)),
            ExportPrecision.Fp32,
            store,
            TestContext.Current.CancellationToken
        );
        await ModelsFolder.SealAsync(
            models,
            Council.CreateEqual([new CouncilCandidate(name, null)]),
            TestContext.Current.CancellationToken
        );
        return result;
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

[CollectionDefinition(nameof(TinyDetector))]
public sealed class WithTinyDetector : ICollectionFixture<TinyDetector>;
