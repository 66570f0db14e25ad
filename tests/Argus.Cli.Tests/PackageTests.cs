using System.IO.Compression;
using System.Xml.Linq;
using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

/// <summary>What whoever takes the packages gets, and what they are spared.</summary>
public class PackageTests
{
    private static readonly string[] Unwanted =
    [
        "Parquet",
        "ScottPlot",
        "TorchSharp",
        "libtorch",
        "YamlDotNet",
        "Argus.Data",
        "Argus.Training",
    ];

    [Fact]
    public async Task Detections_closure_holds_no_dataset_plot_torch_or_yaml_library()
    {
        using var folder = new TemporaryFolder();
        var consumer = ConsumerProgram.Create(folder);
        await consumer.PackAsync();
        foreach (var name in new[] { "Argus", "Argus.Detection" })
        {
            var package = consumer.FindPackage(name);
            CheckPackage(package, name);
            Assert.True(File.Exists(Path.ChangeExtension(package, ".snupkg")));
        }
        await consumer.BuildAsync();
        var files = Directory
            .EnumerateFiles(consumer.Output, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetFileName(file));
        Assert.DoesNotContain(files, IsUnwanted);
        Assert.Contains("Argus.Detection.dll", files);

        // What the README and the library's page promise compiles in a fresh app of at most ten lines.
        var app = ReadApp("README.md");
        Assert.Equal(app, ReadApp("docs/library.md"));
        Assert.InRange(app.Split('\n').Count(line => line.Trim().Length > 0), 5, 11);
        await consumer.BuildAsync("site", "Microsoft.NET.Sdk.Web", app);
    }

    private static string ReadApp(string page)
    {
        var text = File.ReadAllText(Path.Combine(BuildTests.Repository(), page));
        return text.Split("```csharp\n")
            .Select(block => block.Split("```")[0])
            .First(block => block.Contains("AddArgus"));
    }

    private static void CheckPackage(string file, string name)
    {
        using var package = ZipFile.OpenRead(file);
        var entries = package.Entries.Select(entry => entry.FullName).ToList();
        foreach (var expected in new[] { "README.md", "LICENSE", "icon.png", $"lib/net10.0/{name}.xml" })
            Assert.Contains(expected, entries);
        using var specification = package.GetEntry($"{name}.nuspec")!.Open();
        var description = XDocument.Load(specification).Root!.Elements().Single();
        string Text(string element) =>
            description.Elements().SingleOrDefault(each => each.Name.LocalName == element)?.Value ?? "";
        Assert.NotEmpty(Text("tags"));
        Assert.NotEmpty(Text("description"));
        Assert.Equal("README.md", Text("readme"));
        Assert.Equal("icon.png", Text("icon"));
        var dependencies = description
            .Descendants()
            .Where(each => each.Name.LocalName == "dependency")
            .Select(each => each.Attribute("id")!.Value);
        Assert.DoesNotContain(dependencies, IsUnwanted);
    }

    internal static bool IsUnwanted(string? name) =>
        Unwanted.Any(word => name!.Contains(word, StringComparison.OrdinalIgnoreCase));
}
