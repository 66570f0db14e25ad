using Argus.Datasets;
using Argus.Specialists;
using Argus.Stores;
using Argus.Training.Runs;

namespace Argus.Cli;

/// <summary>Scores a checkpoint on the test sides of datasets.</summary>
internal static class EvaluateStep
{
    public static async Task<EvaluationResult> RunAsync(CheckpointReference checkpoint, IReadOnlyList<(string Layout, string Folder)> datasets, string storeRoot, CancellationToken cancel)
    {
        var device = TorchDevice.For(checkpoint.Recipe.Train.Device);
        using var model = checkpoint.Load(device);
        var predictions = new List<VideoPrediction>();
        var unreadable = new List<(string, string, string)>();
        foreach (var (layout, folder) in datasets)
        {
            var recipe = checkpoint.For(layout);
            var (storeFolder, prepared) = await StoreStep.PrepareAsync(recipe, folder, null, [Split.Test], cancel, storeRoot);
            unreadable.AddRange(prepared.Unreadable.Select(failure => (layout, failure.Path, failure.Reason)));
            using var store = await Store.OpenAsync(storeFolder);
            var (videos, abstained) = Suitability.Split(recipe, store.Videos.Where(video => video.Split == Split.Test));
            unreadable.AddRange(abstained.Select(entry => (layout, entry.Video.Item.Path, $"{recipe.Specialist} abstains: {entry.Reason}")));
            if (videos.Count == 0) throw new ArgusException($"{folder} has no test video that can be judged. 'argus data check {layout} {folder}' shows the split.");
            predictions.AddRange(await Terminal.ProgressAsync($"{layout}: images scored", videos.Sum(video => video.Clips.Count),
                progress => Scoring.RunAsync(model, recipe, store, [.. videos.Select(video => new JudgedVideo(video))], device, progress, cancel)));
        }
        return new EvaluationResult(checkpoint.Folder, checkpoint.Recipe, Evaluation.Measure(predictions), predictions, unreadable);
    }
}
