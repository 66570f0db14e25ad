using System.Diagnostics;
using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

/// <summary>A program of another project that takes NuGet packages as they are packed from this build.</summary>
/// <param name="folder">Where packages and program lie.</param>
/// <param name="projects">The projects that are packed.</param>
/// <param name="references">The packages that the program names itself.</param>
/// <param name="code">The program.</param>
internal sealed class PackedProgram(
    TemporaryFolder folder,
    IReadOnlyList<string> projects,
    IReadOnlyList<string> references,
    string code
)
{
    // A version that no cache holds.
    private readonly string version = $"0.0.{Environment.ProcessId}-test";

    public string Feed => folder["feed"];

    /// <summary>The folder with everything that the built program needs.</summary>
    public string Output => folder["consumer", "out"];

    /// <summary>The folder that holds the solution.</summary>
    public static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Argus.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }

    /// <summary>The file of a package, beside which its symbols lie.</summary>
    public string FindPackage(string name) =>
        Directory
            .EnumerateFiles(Feed, "*.nupkg")
            .Single(file => Path.GetFileName(file).StartsWith(name + ".0", StringComparison.Ordinal));

    public async Task PackAsync()
    {
        foreach (var project in projects)
            await DotnetAsync(
                "pack",
                "--no-build",
                "-c",
                "Release",
                $"-p:Version={version}",
                "-o",
                Feed,
                Path.Combine(Repository(), "src", project, project + ".csproj")
            );
    }

    public Task BuildAsync() => BuildAsync("consumer", "Microsoft.NET.Sdk", code);

    /// <summary>Builds another program of one file with the same packages, into <c>out</c> beside it.</summary>
    /// <param name="name">The project's.</param>
    /// <param name="sdk">Such as <c>Microsoft.NET.Sdk.Web</c>.</param>
    /// <param name="program">All of Program.cs.</param>
    public async Task BuildAsync(string name, string sdk, string program)
    {
        var packages = references.Select(name => $"<PackageReference Include=\"{name}\" Version=\"{version}\" />");
        folder.Write(
            $"{name}/{name}.csproj",
            $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>{string.Concat(packages)}</ItemGroup>
            </Project>
            """
        );
        folder.Write($"{name}/Program.cs", program);
        // Argus itself is taken from the feed, everything else from what is already on this machine.
        var known =
            Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await DotnetAsync(
            "build",
            name,
            "-c",
            "Release",
            "-o",
            folder[name, "out"],
            $"-p:RestoreAdditionalProjectSources={Feed}",
            $"-p:RestorePackagesPath={folder["packages"]}",
            $"-p:RestoreFallbackFolders={known}"
        );
    }

    /// <summary>Runs the built program in the folder.</summary>
    /// <returns>What it prints.</returns>
    public Task<string> RunAsync(params string[] arguments) =>
        DotnetAsync([Path.Combine(Output, "consumer.dll"), .. arguments]);

    private async Task<string> DotnetAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await error);
        return output;
    }
}
