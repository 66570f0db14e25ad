using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

/// <summary>What the command line says, word for word.</summary>
public class GoldenTests
{
    [Theory]
    [InlineData("help", "--help")]
    [InlineData("help-train", "train", "--help")]
    [InlineData("help-evaluate", "evaluate", "--help")]
    [InlineData("help-detect", "detect", "--help")]
    [InlineData("help-data", "data", "--help")]
    [InlineData("help-bench", "bench", "--help")]
    [InlineData("recipes", "recipes")]
    [InlineData("recipes-show", "recipes", "show", "rr/2")]
    [InlineData("recipes-schema", "recipes", "schema")]
    [InlineData("unknown-command", "trian")]
    public async Task Help_and_tables_say_what_they_said(string name, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var outcome = await ArgusProcess.RunAsync(folder.Path, arguments);
        GoldenText.Check("Argus.Cli.Tests", name, outcome.Output + outcome.Error);
    }
}
