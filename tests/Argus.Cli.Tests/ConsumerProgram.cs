using System.Diagnostics;
using System.Globalization;
using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

/// <summary>A program of another project that takes the NuGet packages as they are packed from this build.</summary>
internal sealed class ConsumerProgram(TemporaryFolder folder)
{
    // A version that no cache holds.
    private readonly string version = $"0.0.{Environment.ProcessId}-test";

    public string Feed => folder["feed"];

    /// <summary>The folder with everything that the built program needs.</summary>
    public string Output => folder["consumer", "out"];

    /// <summary>What the program says of a video: P(fake) by a models folder, and in words by the starter.</summary>
    public async Task<(double Given, string Starter)> JudgeAsync(string models, string video)
    {
        await PackAsync();
        await BuildAsync();
        var said = await DotnetAsync(Path.Combine(Output, "consumer.dll"), models, video);
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return (double.Parse(lines[0], CultureInfo.InvariantCulture), lines[1]);
    }

    public async Task PackAsync()
    {
        foreach (var project in new[] { "Argus", "Argus.Detection", "Argus.Models.Starter" })
            await DotnetAsync(
                "pack",
                "--no-build",
                "-c",
                "Release",
                $"-p:Version={version}",
                "-o",
                Feed,
                Path.Combine(BuildTests.Repository(), "src", project, project + ".csproj")
            );
    }

    public async Task BuildAsync()
    {
        await BuildAsync(
            "consumer",
            "Microsoft.NET.Sdk",
            """
            using System;
            using System.Globalization;
            using Argus.Detection;

            using var detector = await Detector.LoadAsync(args[0]);
            var analysis = await detector.AnalyzeAsync(args[1]);
            Console.WriteLine(analysis.Probability.Value.ToString("R", CultureInfo.InvariantCulture));

            using var starter = await Detector.LoadAsync();
            analysis = await starter.AnalyzeAsync(args[1]);
            Console.WriteLine($"{analysis.Verdict}: {analysis.Limits[1]}");
            """
        );
    }

    /// <summary>Builds a program of one file into the folder <c>out</c> beside it.</summary>
    /// <param name="name">The project's.</param>
    /// <param name="sdk">Such as <c>Microsoft.NET.Sdk.Web</c>.</param>
    /// <param name="code">All of Program.cs.</param>
    public async Task BuildAsync(string name, string sdk, string code)
    {
        folder.Write(
            $"{name}/{name}.csproj",
            $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Argus.Detection" Version="{version}" />
                <PackageReference Include="Argus.Models.Starter" Version="{version}" />
              </ItemGroup>
            </Project>
            """
        );
        folder.Write($"{name}/Program.cs", code);
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
