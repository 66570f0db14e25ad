using Xunit;

namespace Argus.Cli.Tests.Architecture;

/// <summary>What the formatter leaves to people: long strings and comments, and files that hold too much.</summary>
public class SourceTests
{
    private const int MostColumns = 120;
    private const int MostLines = 400;

    // Their lines are data: a text that is written to a file as it is.
    private static readonly string[] DataFiles = ["SampleDataset.cs"];

    [Fact]
    public void No_line_is_longer_than_120_columns() =>
        Assert.Empty(
            from file in Sources()
            where !DataFiles.Contains(Path.GetFileName(file))
            from line in File.ReadLines(file).Index()
            where line.Item.Length > MostColumns
            select $"{Path.GetFileName(file)}:{line.Index + 1}"
        );

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        Assert.Empty(
            from file in Sources()
            let lines = File.ReadLines(file).Count()
            where lines > MostLines
            select $"{Path.GetFileName(file)}: {lines} lines"
        );

    private static IEnumerable<string> Sources() =>
        from folder in new[] { "src", "tests", "benchmarks" }
        from file in Directory.EnumerateFiles(
            Path.Combine(BuildTests.Repository(), folder),
            "*.cs",
            SearchOption.AllDirectories
        )
        let parts = file.Split(Path.DirectorySeparatorChar)
        where !parts.Contains("obj") && !parts.Contains("bin")
        select file;
}
