using Argus.Clips;
using Argus.Data.Datasets;
using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Data.Stores;
using Argus.Imaging;
using Argus.Tests;
using Argus.Training.Feeding;
using Argus.Views;
using Xunit;

namespace Argus.Training.Tests.Feeding;

public class FeedingTests
{
    [Fact]
    public async Task An_epoch_shows_each_real_image_once_and_as_many_fakes_redrawn_every_epoch()
    {
        var recipe = TinyStore.Recipe("rr/1").Recipe;
        using var store = await TinyStore.OpenAsync(recipe);
        var train = store.Videos.Where(video => video.Split == Split.Train).ToList();
        // More fakes than reals, as in the real datasets.
        var reals = train.Where(video => video.Item.Label == 0).Take(3).ToList();
        var mixed = reals.Concat(train.Where(video => video.Item.Label == 1)).ToList();
        var first = BalancedSampler.Epoch(mixed, 5, 0);
        var again = BalancedSampler.Epoch(mixed, 5, 0);
        var next = BalancedSampler.Epoch(mixed, 5, 1);
        Assert.Equal(first, again);
        Assert.NotEqual(first, next);
        var real = first.Where(sample => sample.Label == 0).ToList();
        Assert.Equal(reals.Sum(video => video.Clips.Count), real.Count);
        Assert.Equal(real.Count, real.Distinct().Count());
        Assert.Equal(2 * real.Count, first.Count);
        Assert.NotEqual(
            first.Where(s => s.Label == 1).Select(Name).Order(),
            next.Where(s => s.Label == 1).Select(Name).Order()
        );
    }

    [Fact]
    public async Task Several_processes_share_an_epoch_without_overlap()
    {
        using var store = await TinyStore.OpenAsync(TinyStore.Recipe("rr/1").Recipe);
        var whole = BalancedSampler.Epoch(store.Videos, 1, 0);
        var parts = Enumerable
            .Range(0, 3)
            .SelectMany(rank => BalancedSampler.Epoch(store.Videos, 1, 0, rank, 3))
            .ToList();
        Assert.Equal(whole.Count, parts.Count);
        Assert.Equal(whole.Select(Name).Order(), parts.Select(Name).Order());
    }

    // Twice each clip of one dataset for every one of the other; half of them on average.
    [Theory]
    [InlineData(2)]
    [InlineData(0.5)]
    public async Task Datasets_are_drawn_by_their_weights(double weight)
    {
        using var first = await TinyStore.OpenAsync(TinyStore.Recipe("rr/1").Recipe);
        using var second = await TinyStore.OpenAsync(TinyStore.Recipe("rr/4").Recipe);
        List<StoredVideo> videos = [.. first.Videos, .. second.Videos];
        var weights = new Dictionary<string, double> { ["ffpp"] = weight };
        int Clips(IEnumerable<Sample> samples, string dataset) =>
            samples.Count(sample => sample.Label == 0 && sample.Clip.Video.Item.Dataset == dataset);
        var plain = BalancedSampler.Epoch(videos, 7, 0);
        var epochs = Enumerable
            .Range(0, 40)
            .Select(epoch => BalancedSampler.Epoch(videos, 7, epoch, weights: weights))
            .ToList();
        Assert.Equal(Clips(plain, "dfdc"), epochs.Average(epoch => Clips(epoch, "dfdc")));
        Assert.Equal(weight, epochs.Average(epoch => Clips(epoch, "ffpp")) / Clips(plain, "ffpp"), 0.1);
        Assert.All(epochs, epoch => Assert.Equal(epoch.Count, 2 * epoch.Count(sample => sample.Label == 0)));
    }

    private static string Name(Sample sample) => $"{sample.Clip.Video.Item.Key} {sample.Clip.Number} {sample.Forgery}";

    [Fact]
    public async Task An_empty_class_is_an_error()
    {
        using var store = await TinyStore.OpenAsync(TinyStore.Recipe("rr/1").Recipe);
        var error = Assert.Throws<ArgusException>(() =>
            BalancedSampler.Epoch(store.Videos.Where(video => video.Item.Label == 1), 0, 0)
        );
        Assert.Contains("both classes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forged_clip_stands_four_times_side_by_side_and_fakes_of_the_dataset_are_not_needed()
    {
        var recipe = TinyStore.Recipe("rr/1").Recipe;
        using var store = await TinyStore.OpenAsync(recipe);
        recipe = recipe with
        {
            Forge = new()
            {
                Probability = 1,
                Curriculum = 0.5,
                Kinds = ["resolution", "lighting"],
            },
        };
        var reals = store.Videos.Where(video => video.Item.Label == 0).ToList();
        var early = BalancedSampler.Epoch(reals, 1, 0, forge: ForgePlan.Create(recipe, 0));
        var late = BalancedSampler.Epoch(reals, 1, 0, forge: ForgePlan.Create(recipe, 0.7));
        Assert.Equal(4 * reals.Sum(video => video.Clips.Count), late.Count);
        foreach (var four in late.Chunk(4))
        {
            Assert.Single(four.Select(sample => (sample.Clip, sample.Forgery!.Seed)).Distinct());
            Assert.Equal(4, four.Select(sample => sample.Forgery!.Region).Distinct().Count());
            Assert.Equal(2, four.Sum(sample => sample.Label));
        }
        Assert.Equal(2, late.Select(sample => sample.Forgery!.Kind).Distinct().Count());
        Assert.DoesNotContain(early, sample => sample.Forgery!.Region == ForgedRegion.Both);
        Assert.Equal(early.Count, 2 * early.Sum(sample => sample.Label));
    }

    [Fact]
    public async Task Batches_do_not_depend_on_the_number_of_workers_and_can_start_anywhere()
    {
        var recipe = TinyStore.Recipe("rr/4").Recipe;
        using var store = await TinyStore.OpenAsync(recipe);
        var clips = BalancedSampler.Epoch(store.Videos.Where(video => video.Split == Split.Train), 3, 0);
        var one = await ReadAsync(1, 0);
        Assert.Equal(one, await ReadAsync(4, 0));
        Assert.Equal(one.Skip(2), await ReadAsync(3, 2));

        async Task<List<string>> ReadAsync(int workers, int first)
        {
            var sums = new List<string>();
            var feeder = new Feeder(
                store,
                new ClipPreprocessing(ModelInput.Create(recipe)),
                recipe.Augment,
                3,
                workers
            );
            await foreach (var batch in feeder.ReadAsync(clips, 0, 4, first, CancellationToken.None))
            {
                using (batch)
                {
                    Assert.Equal([batch.Samples.Count, 3, 32, 32], batch.Inputs[View.Rgb].shape);
                    using var flat = batch.Inputs[View.Rgb].contiguous();
                    sums.Add(
                        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(flat.bytes))
                            + batch.Labels.sum().item<long>()
                    );
                }
            }
            return sums;
        }
    }

    [Fact]
    public async Task A_loop_that_stops_early_leaves_no_worker_behind()
    {
        var recipe = TinyStore.Recipe("rr/1").Recipe;
        using var store = await TinyStore.OpenAsync(recipe);
        var feeder = new Feeder(store, new ClipPreprocessing(ModelInput.Create(recipe)), null, 0, 2);
        await foreach (
            var batch in feeder.ReadAsync(
                [.. store.Videos.SelectMany(video => video.Clips).Select(clip => new Sample(clip))],
                0,
                2,
                0,
                CancellationToken.None
            )
        )
        {
            batch.Dispose();
            break;
        }
        // Enumerating again finds everything free.
        var count = 0;
        await foreach (
            var batch in feeder.ReadAsync(
                [.. store.Videos.SelectMany(video => video.Clips).Select(clip => new Sample(clip))],
                0,
                2,
                0,
                CancellationToken.None
            )
        )
        {
            batch.Dispose();
            count++;
        }
        Assert.Equal((store.Videos.Sum(video => video.Clips.Count) + 1) / 2, count);
    }
}
