using System.Globalization;
using Argus.Tests;

namespace Argus.Cli.Tests;

/// <summary>A program that embeds detection and the starter.</summary>
internal static class ConsumerProgram
{
    private const string Code = """
        using System.Globalization;
        using Argus.Detection;

        using var detector = await Detector.LoadAsync(args[0]);
        var analysis = await detector.AnalyzeAsync(args[1]);
        Console.WriteLine(analysis.Probability.Value.ToString("R", CultureInfo.InvariantCulture));

        using var starter = await Detector.LoadAsync();
        analysis = await starter.AnalyzeAsync(args[1]);
        Console.WriteLine($"{analysis.Verdict}: {analysis.Limits[1]}");
        """;

    public static PackedProgram Create(TemporaryFolder folder) =>
        new(
            folder,
            ["Argus", "Argus.Detection", "Argus.Models.Starter"],
            ["Argus.Detection", "Argus.Models.Starter"],
            Code
        );

    /// <summary>What the program says of a video: P(fake) by a models folder, and in words by the starter.</summary>
    public static async Task<(double Given, string Starter)> JudgeAsync(
        TemporaryFolder folder,
        string models,
        string video
    )
    {
        var program = Create(folder);
        await program.PackAsync();
        await program.BuildAsync();
        var lines = (await program.RunAsync(models, video)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return (double.Parse(lines[0], CultureInfo.InvariantCulture), lines[1]);
    }
}
