using Argus.Data.Stores;
using Xunit;

namespace Argus.Data.Tests.Stores;

public class DatasetShardTests
{
    private static DatasetShard Parse(string text, params (string Name, string Value)[] environment) =>
        DatasetShard.Parse(
            text,
            name => environment.Where(entry => entry.Name == name).Select(entry => entry.Value).FirstOrDefault()
        );

    [Fact]
    public void A_shard_is_given_as_i_of_n_or_taken_from_the_environment()
    {
        Assert.Equal(new DatasetShard(2, 8), Parse("2/8"));
        Assert.Equal(
            new DatasetShard(1, 4),
            Parse(
                "auto",
                ("SLURM_ARRAY_TASK_ID", "3"),
                ("SLURM_ARRAY_TASK_MIN", "1"),
                ("SLURM_ARRAY_TASK_STEP", "2"),
                ("SLURM_ARRAY_TASK_COUNT", "4")
            )
        );
        Assert.Equal(new DatasetShard(5, 6), Parse("auto/6", ("JOB_COMPLETION_INDEX", "5")));
    }

    [Theory]
    [InlineData("8/8")]
    [InlineData("-1/8")]
    [InlineData("1")]
    [InlineData("a/b")]
    [InlineData("1/2/3")]
    [InlineData("auto")]
    [InlineData("auto/4")]
    [InlineData("0/0")]
    public void What_is_no_shard_is_a_wrong_request(string text) =>
        Assert.Contains(
            "--shard",
            Assert.Throws<RequestException>(() => Parse(text)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_pod_that_does_not_know_how_many_there_are_is_told_to_say_it() =>
        Assert.Contains(
            "auto/N",
            Assert.Throws<RequestException>(() => Parse("auto", ("JOB_COMPLETION_INDEX", "5"))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Shares_together_are_the_whole()
    {
        var all = Enumerable.Range(0, 10).ToList();
        Assert.Equal(all, Enumerable.Range(0, 3).SelectMany(i => new DatasetShard(i, 3).Select(all)).Order());
    }
}
