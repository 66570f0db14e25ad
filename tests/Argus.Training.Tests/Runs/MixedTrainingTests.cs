using Argus.Data.Stores;
using Argus.Tests;
using Argus.Training.Runs;
using Xunit;

namespace Argus.Training.Tests.Runs;

public class MixedTrainingTests
{
    [Fact]
    public async Task A_run_trains_on_two_datasets_at_once()
    {
        using var folder = new TemporaryFolder();
        var recipe = TinyStore.Recipe(
            "rr/1",
            "data.layout=mix",
            "data.weights=[celebdf=2]",
            "backbone.weights=none",
            "train.max_steps=2"
        );
        await TinyStore.OpenAsync(TinyStore.Recipe("rr/1").Recipe);
        var request = new TrainRequest(
            recipe,
            $"ffpp={TinyStore.Data("ffpp")}:celebdf={TinyStore.Data("celebdf")}",
            folder["store"],
            folder["run"],
            null,
            Resume: false
        );
        var result = await new TrainRun(request, SilentLog.Instance).RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, result.GlobalStep);
        using var store = await Store.OpenAsync(folder["store"]);
        Assert.Equal(["celebdf", "ffpp"], store.Videos.Select(video => video.Item.Dataset).Distinct().Order());
    }
}
