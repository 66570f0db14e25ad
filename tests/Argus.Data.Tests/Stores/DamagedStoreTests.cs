using Argus.Data.Stores;
using Argus.Tests;
using Parquet.Serialization;
using Xunit;

namespace Argus.Data.Tests.Stores;

public class DamagedStoreTests
{
    [Fact]
    public async Task Rows_that_lead_astray_are_refused_when_the_store_is_opened()
    {
        using var small = await PrepareAsync();
        var index = StoreIndex.File(small.Store);
        var whole = await File.ReadAllBytesAsync(index);
        var damages = new Action<StoreRow>[]
        {
            row => row.Split = "Nowhere",
            row => row.Label = 2,
            row => row.Shard = "../" + row.Shard,
            row => row.Shard = "",
            row => row.SoundBytes = 7,
            row => row.SoundOffset = long.MaxValue,
            row => row.Frames[0].Bytes = 0,
            row => row.Frames[0].Bytes = int.MaxValue,
            row => row.Frames[0].Offset = -1,
            row => row.Frames[0].TimeSeconds = double.NaN,
            row => row.Frames[0].Landmarks = [1],
        };
        foreach (var damage in damages)
        {
            await File.WriteAllBytesAsync(index, whole);
            var rows = await StoreIndex.ReadFileAsync<StoreRow>(index).ToListAsync();
            damage(rows[0]);
            await using (var stream = File.Create(index))
                await ParquetSerializer.SerializeAsync(rows, stream);
            var error = await Assert.ThrowsAsync<ArgusException>(() => Store.OpenAsync(small.Store));
            Assert.Contains("is damaged", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\"ValidationShare\": 0.2", "\"ValidationShare\": 1e999")]
    [InlineData("\"Format\": \"png\"", "\"Format\": null")]
    [InlineData("\"Options\":", "\"Other\":")]
    public async Task Options_that_are_none_are_refused(string right, string wrong)
    {
        using var small = await PrepareAsync();
        var file = Path.Combine(small.Store, "store.json");
        var json = await File.ReadAllTextAsync(file);
        Assert.Contains(right, json, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, json.Replace(right, wrong));
        var error = await Assert.ThrowsAsync<ArgusException>(() => Store.OpenAsync(small.Store));
        Assert.Contains("is damaged", error.Message, StringComparison.Ordinal);
    }

    private static async Task<SmallStore> PrepareAsync()
    {
        var small = new SmallStore();
        await Videos.MakeAsync(small.Video("a.mp4"));
        await small.Describe().PrepareAsync();
        return small;
    }
}
