using Argus.Data.Datasets;
using Argus.Data.Evaluations;
using Argus.Data.Stores;
using Argus.Detection;
using Argus.Recipes;
using Argus.Scores;
using Argus.Training.Export;
using Argus.Training.Recipes;
using Argus.Training.Runs;

namespace Argus.Training.Starter;

/// <summary>What a starter is to be made of.</summary>
/// <param name="Reals">Folders of real videos and pictures.</param>
/// <param name="Fakes">
/// Folders of real fakes that are trained on besides; of a published dataset its training side.
/// </param>
/// <param name="Specialists">Its members.</param>
/// <param name="Folder">Where runs and stores are kept; what is there is gone on with.</param>
/// <param name="Out">The models folder.</param>
/// <param name="Settings">KEY=VALUE, after the profile's.</param>
public sealed record StarterRequest(
    IReadOnlyList<string> Reals,
    IReadOnlyList<string> Fakes,
    IReadOnlyList<string> Specialists,
    string Folder,
    string Out,
    IReadOnlyList<string> Settings
);

/// <summary>
/// Makes a council of real faces alone: trains each member on forgeries that are made on the way, exports it, and
/// measures thresholds and scope on people who were not trained on. A folder that holds a part of it is gone on with,
/// to the same bytes on one type of processor.
/// </summary>
/// <param name="request">What it is made of.</param>
/// <param name="log">Is told what is done.</param>
public sealed class StarterRun(StarterRequest request, IWorkLog log)
{
    /// <summary>Name of the profile.</summary>
    public const string Profile = "starter";

    private const int Stage = 1;
    private const double LargestOfReal = 0.1; // P(fake)

    private sealed record Member(string Name, MergedRecipe Recipe, RunDirectory Run);

    /// <summary>The members' results, in order; the models folder is written when all of them are finished.</summary>
    /// <param name="observer">Sees every step and epoch; null for nobody.</param>
    /// <param name="cancel">Stops after the step in work, with a checkpoint.</param>
    /// <exception cref="RequestException">A folder is no folder of reals, or holds a run of another recipe.</exception>
    public async Task<IReadOnlyList<TrainingResult>> RunAsync(ITrainingObserver? observer, CancellationToken cancel)
    {
        var library = RecipeLibrary.Default;
        var data = FolderList.Join(request.Reals);
        var stores = Path.Combine(request.Folder, "stores");
        var results = new List<TrainingResult>();
        var members = new List<Member>();
        foreach (var name in request.Specialists)
        {
            // The first member trains the backbone that the others start from.
            var follows = members.Count > 0 && members[0].Recipe.Recipe.Backbone.Shared;
            string[] frozen = follows ? ["backbone.frozen=true"] : [];
            var recipe = library.Load(
                library.Find($"{name}/{Stage}"),
                Profile,
                [.. ForFakes(), .. request.Settings, .. frozen]
            );
            var run = new RunDirectory(Path.Combine(request.Folder, name));
            members.Add(new Member(name, recipe, run));
            var train = new TrainRequest(recipe, data, null, run.Folder, Resume: run.HasCheckpoint)
            {
                Init = follows ? members[0].Run.Best : null,
                StoreRoot = stores,
                HasSettings = true,
            };
            results.Add(await new TrainRun(train, log, observer).RunAsync(cancel));
            if (!results[^1].Finished)
                return results;
        }
        await ExportAsync(members, data, stores, cancel);
        return results;
    }

    // As many of the fakes that are given as of those that are made.
    private IEnumerable<string> ForFakes() =>
        request.Fakes.Count == 0
            ? []
            : [$"data.fakes=[{string.Join(',', request.Fakes.Select(Path.GetFullPath))}]", "forge.probability=0.5"];

    private async Task ExportAsync(List<Member> members, string data, string stores, CancellationToken cancel)
    {
        Directory.CreateDirectory(request.Out);
        var evidence = new List<CouncilEvidence>();
        var heldOut = new List<CouncilEvidence>();
        var subjects = new List<ScopeSubject>();
        try
        {
            foreach (var (name, recipe, run) in members)
            {
                var checkpoint = CheckpointReference.Find(run.Best);
                var options = StoreOptions.Create(recipe.Recipe);
                var store = await Store.OpenAsync(StoreName.Default(stores, data, options), recipe.Recipe);
                subjects.Add(new ScopeSubject(name, checkpoint, store));
                var exported = await OnnxExport.RunAsync(
                    checkpoint,
                    Path.Combine(request.Out, ModelsFolder.FileOf(name)),
                    ExportPrecision.Fp16,
                    store,
                    cancel
                );
                log.Write($"{exported.Path}: {exported.Bytes / 1e6:0.0} MB");
                using var model = SpecialistModelFile.Load(exported.Path);
                var videos = PredictionTable.Read(run.BestPredictions).Videos;
                evidence.Add(new CouncilEvidence(name, model.Calibration, videos));
                if (await HeldOutPeople.ScoreAsync(checkpoint, data, request.Folder, log, cancel) is { } others)
                    heldOut.Add(new CouncilEvidence(name, model.Calibration, others));
            }
            var people = subjects[0]
                .Store.Videos.Where(video => video.Item.Label == 0)
                .Select(video => (video.Split, Person: video.Item.Group))
                .Distinct();
            var counts = people.CountBy(entry => entry.Split).ToDictionary();
            var known = request.Fakes.Count > 0 ? " and known fakes" : "";
            ScopeFit
                .Run(
                    subjects,
                    $"real faces of {counts.GetValueOrDefault(Split.Train)} people and self-blended forgeries of "
                        + $"them{known}, with blur, noise, scaling and JPEG or WebP; limits on "
                        + $"{counts.GetValueOrDefault(Split.Validation)} other people",
                    cancel
                )
                .Write(request.Out);
            StarterCard.Write(request, subjects[0].Store, members[0].Recipe.Recipe);
            var council = Cautious(CreateCouncil(evidence));
            if (heldOut.Count > 0)
                council = council with
                {
                    Evaluation = CouncilFit.Evaluate(council, heldOut, HeldOutPeople.Description, isHeldOut: true),
                };
            await ModelsFolder.SealAsync(request.Out, council, cancel);
        }
        finally
        {
            foreach (var subject in subjects)
                subject.Store.Dispose();
        }
        log.Write(
            $"{request.Out}: a council of {string.Join(", ", members.Select(member => member.Name))}, with its scope"
        );
    }

    // Several members have weights and thresholds where there are enough people to fit them to.
    private Council CreateCouncil(List<CouncilEvidence> evidence)
    {
        var shortage = CouncilFit.FindShortage(evidence);
        if (evidence.Count > 1 && shortage is null)
            return CouncilFit
                .Run(evidence, $"people kept for validation, {evidence.Max(one => one.Videos.Count)} videos")
                .Council;
        if (evidence.Count > 1)
            log.Write($"All members have an equal say, and there are no thresholds. {shortage}");
        var equal = Council.CreateEqual([.. evidence.Select(one => new CouncilCandidate(one.Name, one.Calibration))]);
        return equal with { LikelihoodRatio = CouncilFit.FitLikelihoodRatio(equal, evidence) };
    }

    // That no trace of a blend was found says little about forgeries that leave none: real is said of few.
    private static Council Cautious(Council council) =>
        council.Real is { } real ? council with { Real = Math.Min(real, Odds.ToLogit(LargestOfReal)) } : council;
}
