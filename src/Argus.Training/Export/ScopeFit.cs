using System.Globalization;
using System.Runtime.InteropServices;
using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Forging;
using Argus.Data.Stores;
using Argus.Detection;
using Argus.Imaging;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Training.Feeding;
using Argus.Training.Models;
using Argus.Training.Native;
using Argus.Training.Runs;
using Argus.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Export;

/// <summary>A model whose scope is wanted, and the store that it was trained on.</summary>
public sealed record ScopeSubject(string Name, CheckpointReference Checkpoint, Store Store);

/// <summary>
/// Measures what models were tested on: real clips and forgeries of them as they are shown in training, degraded. Where
/// features lie is learned from people of the training side; how far is usual, from people of the validation side.
/// </summary>
public static class ScopeFit
{
    private const int MostClips = 400; // of each side
    private const int Axes = 16;
    private const double Tail = 0.01;
    private const double Margin = 0.15; // of the span between the tails
    private const double FeatureTail = 0.005;
    private const double FeatureMargin = 1.1;
    private const double LargestFaces = 4; // times those of the data: larger ones are shrunk before they are judged

    private sealed record Look(ScopeMeasurement Measured, float[] Features);

    /// <summary>The scope of a council.</summary>
    /// <param name="subjects">At least one; its first says what pictures are measured.</param>
    /// <param name="data">What the data are, in words.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="ArgusException">A side has no real clip of a face.</exception>
    public static Scope Run(IReadOnlyList<ScopeSubject> subjects, string data, CancellationToken cancel)
    {
        var features = new Dictionary<string, FeatureScope>();
        List<ScopeMeasurement> measured = [];
        foreach (var subject in subjects)
        {
            using var model = subject.Checkpoint.Load(CPU);
            model.eval();
            var learned = Collect(subject, model, Split.Train, cancel);
            var held = Collect(subject, model, Split.Validation, cancel);
            features[subject.Name] = Fit(
                [.. learned.Select(look => look.Features)],
                [.. held.Select(look => look.Features)]
            );
            if (measured.Count == 0)
                measured = [.. learned.Concat(held).Select(look => look.Measured)];
        }
        var widths = measured.Select(of => of.WidthPixels!.Value).ToList();
        var timed = subjects.Where(subject => subject.Checkpoint.Recipe.Data.ClipFrames > 1).ToList();
        return new Scope(
            data,
            new ScopeRange(Suitability.SmallestFacePixels, LargestFaces * widths.Max()),
            Range(measured.Select(of => of.Sharpness!.Value)),
            Range(measured.Select(of => of.Blockiness!.Value)),
            timed.Count == 0 ? null : FrameRates(timed[0].Store),
            features
        );
    }

    private static ScopeRange FrameRates(Store store)
    {
        var rates = store.Videos.Where(video => video.Split != Split.Test).Select(video => video.Row.FramesPerSecond);
        return new ScopeRange(0.9 * rates.Min(), 1.1 * rates.Max());
    }

    private static ScopeRange Range(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        var low = sorted[(int)(Tail * (sorted.Count - 1))];
        var high = sorted[(int)((1 - Tail) * (sorted.Count - 1))];
        return new ScopeRange(Math.Round(low - Margin * (high - low), 3), Math.Round(high + Margin * (high - low), 3));
    }

    private static List<Look> Collect(ScopeSubject subject, SpecialistModel model, Split side, CancellationToken cancel)
    {
        var recipe = subject.Checkpoint.Recipe;
        var clips = new StoreSuitability(
            recipe,
            subject.Store.Videos.Where(video => video.Split == side && video.Item.Label == 0)
        )
            .Suitable.SelectMany(video => video.Clips)
            .ToList();
        if (clips.Count == 0)
            throw new ArgusException($"A scope needs real clips of faces, and there is none for {side}.");
        var step = Math.Max(1, clips.Count / MostClips);
        var kinds = ForgePlan.KindsOf(recipe);
        var reader = new StoredClipReader(subject.Store);
        // The backbone sees the colour picture alone.
        var preprocessing = new ClipPreprocessing(ModelInput.Create(recipe) with { Views = [] });
        var looks = new List<Look>();
        for (var i = 0; i < clips.Count; i += step)
        {
            cancel.ThrowIfCancellationRequested();
            var clip = clips[i];
            var random = KeyedRandom.Create("scope", recipe.Seed, clip.Video.Item.Key, clip.Number);
            var pair = ClipForgery.Pair(random.Pick(kinds), random);
            var draw = Augmentation.Draw(recipe.Augment, preprocessing.ImageSize, random);
            using var stored = reader.Read(clip, withSound: false);
            using var forged = (random.Chance(0.5) ? pair.Twin : pair.Fake).Apply(stored);
            using var recorded = ClipPreprocessing.Record(forged, draw);
            var shown = recorded ?? forged;
            looks.Add(
                new Look(
                    new ScopeMeasurement(
                        StoreSuitability.FaceWidth(recipe, clip),
                        PictureMeasures.Sharpness(shown.Native[0]),
                        PictureMeasures.Blockiness(shown.Native[0], shown.Grid[0]),
                        null,
                        new Dictionary<string, float[]>()
                    ),
                    Features(model, preprocessing, shown)
                )
            );
        }
        return looks;
    }

    private static float[] Features(SpecialistModel model, ClipPreprocessing preprocessing, ClipInput clip)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var side = preprocessing.ImageSize;
        var frames = empty(clip.Native.Count, side, side, 3);
        preprocessing.ToInput(
            clip,
            null,
            (_, place) =>
                MemoryMarshal.Cast<byte, float>(frames.bytes).Slice(place * preprocessing.Length, preprocessing.Length)
        );
        return model.Style(frames.permute(0, 3, 1, 2)).mean([0]).data<float>().ToArray();
    }

    private static FeatureScope Fit(float[][] learned, float[][] held)
    {
        using var scope = NewDisposeScope();
        var length = learned[0].Length;
        var all = tensor(learned.SelectMany(values => values).ToArray()).view(learned.Length, length);
        var mean = all.mean([0]);
        var centred = (all - mean).to(ScalarType.Float64);
        var (variances, directions) = linalg.eigh(centred.t().matmul(centred).Over(learned.Length)); // ascending
        var count = Math.Min(Axes, Math.Min(length, learned.Length) - 1);
        var axes = Enumerable
            .Range(1, count)
            .Select(k =>
                (IReadOnlyList<float>)[.. directions[.., length - k].to(ScalarType.Float32).data<float>().Select(Short)]
            )
            .ToList();
        var deviations = Enumerable
            .Range(1, count)
            .Select(k => Math.Max(1e-6, Math.Sqrt(variances[length - k].item<double>())))
            .ToList();
        var left = Math.Sqrt(Math.Max(1e-9, variances[..(length - count)].sum().item<double>()));
        var fitted = new FeatureScope([.. mean.data<float>().Select(Short)], axes, deviations, left, 1);
        var distances = held.Select(fitted.FindDistance).Order().ToList();
        var limit = FeatureMargin * distances[(int)((1 - FeatureTail) * (distances.Count - 1))];
        return fitted with { Limit = Math.Round(limit, 3) };

        // Five digits are enough to tell distances by.
        static float Short(float value) =>
            (float)double.Parse(value.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }
}
