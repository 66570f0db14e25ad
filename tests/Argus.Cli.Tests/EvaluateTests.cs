using System.Text.Json;
using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

public class EvaluateTests
{
    [Fact]
    public async Task Tables_of_other_software_are_compared_in_one_matrix()
    {
        using var folder = new TemporaryFolder();
        string Table(Func<int, double> probability) =>
            "id,label,probability\n"
            + string.Concat(
                Enumerable
                    .Range(0, 40)
                    .Select(i => FormattableString.Invariant($"v{i},{i % 2},{probability(i):0.0000}\n"))
            );
        folder.Write("good.csv", Table(i => 0.3 * (i % 2) + i / 60.0));
        folder.Write("bad.csv", Table(i => i / 40.0));
        var outcome = await ArgusProcess.RunAsync(folder.Path, "evaluate", "--from", "bad.csv", "good.csv", "--json");
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        var json = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal(2, json.GetProperty("evaluations").GetArrayLength());
        var comparison = json.GetProperty("matrix").GetProperty("comparisons")[0];
        Assert.Equal("against", comparison.GetProperty("kind").GetString());
        Assert.True(comparison.GetProperty("difference").GetProperty("value").GetDouble() > 0);
        Assert.True(File.Exists(folder["evaluations", "good", "report.html"]));

        // What it wrote is read again, to the same figures.
        var first = await File.ReadAllTextAsync(folder["evaluations", "good", "figures.csv"]);
        Assert.Equal(
            0,
            (
                await ArgusProcess.RunAsync(
                    folder.Path,
                    "evaluate",
                    "--from",
                    "evaluations/good/predictions.csv",
                    "--out",
                    "again"
                )
            ).ExitCode
        );
        Assert.Equal(first, await File.ReadAllTextAsync(folder["again", "figures.csv"]));
    }

    [Theory]
    [InlineData(2, "Give a run", "evaluate")]
    [InlineData(2, "does not exist", "evaluate", "--from", "none.csv")]
    [InlineData(2, "There is no aggregation", "evaluate", "--from", "t.csv", "--aggregate", "mean_logits")]
    [InlineData(2, "calibration.json to calibrate with", "evaluate", "--from", "t.csv", "--calibrate", "isotonic")]
    [InlineData(2, "needs the model", "evaluate", "--from", "t.csv", "--robustness")]
    [InlineData(2, "no kind of re-encoding", "evaluate", "none", "--data", "ffpp=none", "--robustness", "H.266")]
    [InlineData(1, "line 2", "evaluate", "--from", "nan.csv")]
    [InlineData(2, "no run", "compare", "a", "b")]
    [InlineData(2, "no folder", "runs", "none")]
    public async Task Wrong_requests_say_what_is_wrong(int code, string says, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        folder.Write("t.csv", "id,label,probability\na,0,0.1\nb,1,0.9\n");
        folder.Write("nan.csv", "id,label,probability\na,0,NaN\n");
        var outcome = await ArgusProcess.RunAsync(folder.Path, arguments);
        Assert.Equal(code, outcome.ExitCode);
        Assert.Contains(says, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }
}
