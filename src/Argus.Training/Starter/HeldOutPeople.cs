using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Data.Stores;
using Argus.Training.Runs;

namespace Argus.Training.Starter;

/// <summary>
/// The people of the test side: nothing was trained on them and nothing fitted to them, so that what a starter does
/// with them is what it does with strangers.
/// </summary>
internal static class HeldOutPeople
{
    /// <summary>What is judged, in words.</summary>
    public const string Description =
        "real photos and clips of people who were kept out of training, and a self-blended forgery of each";

    // Beside the store that was trained from, whose files the card lists.
    private const string StoreName = "stores-held-out";

    /// <summary>Each real video as it is, and a forgery of each kind of it; null where nobody is kept out.</summary>
    /// <param name="checkpoint">The member.</param>
    /// <param name="data">The folders of reals.</param>
    /// <param name="folder">Where the store is kept.</param>
    /// <param name="log">Is told what is prepared and scored.</param>
    /// <param name="cancel">Stops it.</param>
    public static async Task<IReadOnlyList<VideoPrediction>?> ScoreAsync(
        CheckpointReference checkpoint,
        string data,
        string folder,
        IWorkLog log,
        CancellationToken cancel
    )
    {
        var recipe = checkpoint.Recipe;
        if (recipe.Data.TestShare == 0)
            return null;
        var preparation = new DatasetPreparation(log) { Root = Path.Combine(folder, StoreName), SayProblems = false };
        var prepared = await preparation.RunAsync(recipe, data, null, [Split.Test], cancel);
        using var store = await Store.OpenAsync(prepared.Folder, recipe);
        var reals = new StoreSuitability(
            recipe,
            store.Videos.Where(video => video.Split == Split.Test && video.Item.Label == 0)
        ).Suitable;
        if (reals.Count == 0)
            return null;
        var judged = JudgedVideo.RealsAndForgeries(recipe, reals);
        var device = TorchDevice.Select(recipe.Train.Device);
        using var model = checkpoint.Load(device);
        return await log.TrackAsync(
            "people who were kept out: images scored",
            judged.Sum(video => video.Video.Clips.Count),
            progress => Scoring.RunAsync(model, recipe, store, judged, device, progress, cancel)
        );
    }
}
