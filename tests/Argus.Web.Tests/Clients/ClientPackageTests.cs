using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Argus.Cli.Tests;
using Argus.Client;
using Argus.Tests;
using Xunit;

namespace Argus.Web.Tests.Clients;

/// <summary>What whoever takes the package gets, and the first example of its page.</summary>
public partial class ClientPackageTests(Material material)
{
    private const string Name = "Argus.Client";

    [Fact]
    public async Task The_first_example_of_the_page_runs_with_the_package_and_little_else()
    {
        using var folder = new TemporaryFolder();
        using var service = await RunningService.StartAsync(material, folder);
        var example = FirstExample("docs", "client.md");
        Assert.Equal(example, FirstExample("src", Name, "README.md"));
        var code = example.Replace("http://127.0.0.1:8080", $"{service.Address}", StringComparison.Ordinal);
        Assert.NotEqual(example, code);
        var program = new PackedProgram(folder, [Name], [Name], code);
        await program.PackAsync();
        CheckPackage(program.FindPackage(Name));
        await program.BuildAsync();
        Assert.All(
            Directory.EnumerateFiles(program.Output, "*.dll").Select(Path.GetFileName),
            file => Assert.Matches(@"^(consumer|Argus\.Client|Microsoft\.Extensions\.\w+.*)\.dll$", file)
        );

        File.Copy(material.Video, folder["clip.mp4"]);
        var printed = (await program.RunAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var analysis = await new ArgusClient(service.Client).ListAsync().FirstAsync();
        Assert.Equal("clip.mp4", analysis.Name);
        Assert.StartsWith($"{analysis.Verdict} ", printed[0], StringComparison.Ordinal);
        Assert.Equal(["av", "rr", "tm"], printed[1..].Select(line => line.Split(':')[0]).Order());
    }

    private static void CheckPackage(string file)
    {
        using var package = ZipFile.OpenRead(file);
        var entries = package.Entries.Select(entry => entry.FullName).ToList();
        foreach (var expected in new[] { "README.md", "LICENSE", "icon.png", $"lib/net10.0/{Name}.xml" })
            Assert.Contains(expected, entries);
        Assert.True(File.Exists(Path.ChangeExtension(file, ".snupkg")));
        using var specification = package.GetEntry($"{Name}.nuspec")!.Open();
        var dependencies = XDocument
            .Load(specification)
            .Descendants()
            .Where(each => each.Name.LocalName == "dependency")
            .Select(each => each.Attribute("id")!.Value);
        // Versions that are pinned for all make explicit what Http brings anyway.
        Assert.Equal(
            ["Microsoft.Extensions.Http", "Microsoft.Extensions.Logging", "Microsoft.Extensions.Options"],
            dependencies
        );
    }

    private static string FirstExample(params string[] path) =>
        Block().Match(File.ReadAllText(Path.Combine([PackedProgram.Repository(), .. path]))).Groups[1].Value;

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
