using System.Diagnostics;
using Argus.Cli.Output;
using Argus.Data.Reports;
using Argus.Tests;
using Spectre.Console;
using Xunit;

namespace Argus.Cli.Tests.Output;

public class TableLayoutTests
{
    private const int Width = 80;

    [Fact]
    public void A_table_with_too_many_columns_goes_on_below_with_every_number_whole()
    {
        string[] row =
        [
            "FaceForensics++",
            "NeuralTextures",
            "1234",
            "5678",
            "0.912",
            "0.88-0.94",
            "0.934",
            "0.145",
            "0.876",
            "0.801",
            "0.955",
        ];
        var lines = Draw(EvaluationTables.Columns, [row]);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, Width));
        var words = lines.SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.All(row[2..], number => Assert.Single(words, number));
        // Each part says whose numbers they are.
        Assert.Equal(2, words.Count(word => word == row[0]));
        Assert.Equal(2, words.Count(word => word == row[1]));
    }

    [Fact]
    public void Text_wraps_before_numbers_do()
    {
        var text = string.Join(' ', Enumerable.Repeat("long", 30)) + " 0.987-1.000";
        var lines = Draw(
            ["name", "what", "count"],
            [
                ["a", text, "123456789"],
            ]
        );
        Assert.All(lines, line => Assert.InRange(line.Length, 0, Width));
        Assert.Single(lines, line => line.Contains(" 123456789", StringComparison.Ordinal));
        Assert.Single(lines, line => line.Contains("0.987-1.000", StringComparison.Ordinal));
    }

    [Fact]
    public void A_table_that_fits_is_one()
    {
        var lines = Draw(
            ["name", "count", "score"],
            [
                ["a", "1", "0.5"],
            ]
        );
        Assert.Single(lines, line => line.Contains("name", StringComparison.Ordinal));
    }

    [Fact]
    public async Task On_a_terminal_of_80_columns_a_command_shows_whole_numbers()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "script is not installed (Debian, Ubuntu: bsdutils)");
        using var folder = new TemporaryFolder();
        var program = Path.Combine(AppContext.BaseDirectory, "argus-cli.dll");
        var info = new ProcessStartInfo(
            "script",
            ["-qec", $"stty cols {Width}; TERM=dumb NO_COLOR=1 dotnet '{program}' recipes", "/dev/null"]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder.Path,
        };
        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        var output = (await process.StandardOutput.ReadToEndAsync()).Replace("\r", "", StringComparison.Ordinal);
        var wide = await ArgusProcess.RunAsync(folder.Path, "recipes");
        Assert.Equal(Numbered(wide.Output), Numbered(output));
        // Fifteen in the table, and the three optional ones below it.
        Assert.Equal(18, Numbered(output).Count(word => word.Contains("_stage", StringComparison.Ordinal)));
    }

    // The learning rates and the names of runs.
    private static List<string> Numbered(string table) =>
        [
            .. table
                .Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
                .Where(word =>
                    word.Contains("e-", StringComparison.Ordinal) || word.Contains("_stage", StringComparison.Ordinal)
                )
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    private static string[] Draw(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(writer) }
        );
        console.Profile.Width = Width;
        foreach (var table in TableLayout.Create(columns, rows, Width))
            console.Write(table);
        return writer.ToString().Split('\n');
    }
}
