using System.Diagnostics;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

/// <summary>What whoever installs the .NET tool gets; it is packed once, because that takes longest.</summary>
public partial class ToolTests
{
    // nuget.org takes 250 MB; most of it are OpenCV, ONNX Runtime and the starter.
    private const long LargestPackageBytes = 120_000_000;

    private static readonly string[] Wanted =
    [
        "argus-tool.dll",
        "libonnxruntime.so",
        "libOpenCvSharpExtern.so",
        "libSkiaSharp.so",
        "libe_sqlite3.so",
        "models/face_detection_yunet_2023mar.onnx",
        "models/starter/manifest.json",
        "models/starter/rr.onnx",
    ];

    [Fact]
    public async Task Installed_from_a_folder_it_judges_verifies_and_serves_as_the_checkout_does()
    {
        using var folder = new TemporaryFolder();
        var tool = new InstalledTool(folder);
        await tool.InstallAsync();
        CheckPackages(tool.Feed);
        await CheckWordsAsync(folder, tool);

        var drawn = await ArgusProcess.RunAsync(
            folder.Path,
            ["data", "sample", "data", .. "--size 192 --seconds 0.5 --quads 0,0,0 --focus resolution=1,0,0".Split(' ')]
        );
        Assert.True(drawn.ExitCode == 0, drawn.Error);
        var video = Directory
            .EnumerateFiles(folder["data", "ffpp", "original_sequences"], "*.mp4", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .First();
        var here = Probability(await ArgusProcess.RunAsync(folder.Path, "detect", video, "--json"));
        Assert.InRange(here, 0, 1);
        Assert.Equal(here, Probability(await tool.RunAsync("detect", video, "--json", "--report", "out")));

        var report = Path.Combine("out", Path.GetFileNameWithoutExtension(video) + ".argus.json");
        var verified = await tool.RunAsync("verify", report, video);
        Assert.True(verified.ExitCode == 0, verified.Output + verified.Error);
        Assert.Contains("answer: equal, to the last digit", verified.Output, StringComparison.Ordinal);

        Assert.Equal(here, await ServeAsync(folder, tool, video));
    }

    private static void CheckPackages(string feed)
    {
        var files = Directory.EnumerateFiles(feed, "*.nupkg").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(2, files.Count);
        foreach (var file in files)
        {
            using var package = ZipFile.OpenRead(file);
            var entries = package.Entries.Select(entry => entry.FullName).ToList();
            foreach (var expected in new[] { "README.md", "LICENSE", "icon.png" })
                Assert.Contains(expected, entries);
        }
        var ofLinux = files.Single(file => file.Contains("linux-x64", StringComparison.Ordinal));
        Assert.InRange(new FileInfo(ofLinux).Length, 1, LargestPackageBytes);
        using var content = ZipFile.OpenRead(ofLinux);
        var names = content.Entries.Select(entry => entry.FullName).ToList();
        foreach (var wanted in Wanted)
            Assert.Contains($"tools/net10.0/linux-x64/{wanted}", names);
        Assert.DoesNotContain(names, PackageTests.IsUnwanted);
        // Native libraries of other systems.
        Assert.DoesNotContain(
            names,
            name => name.EndsWith(".dylib", StringComparison.Ordinal) || name.Contains("/runtimes/")
        );
    }

    private static async Task CheckWordsAsync(TemporaryFolder folder, InstalledTool tool)
    {
        var version = await tool.RunAsync("--version");
        Assert.Equal((0, ""), (version.ExitCode, version.Error));
        Assert.Matches(@"^\d+\.\d+\.\d+", version.Output);

        var help = await tool.RunAsync("--help");
        Assert.Equal(
            ["doctor", "models", "detect", "verify", "audit", "serve", "keys", "mcp"],
            help.Output.Split("Commands:")[1]
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(line => line.Split(' ')[0])
        );
        var ofDetect = await tool.RunAsync("detect", "--help");
        Assert.Equal((await ArgusProcess.RunAsync(folder.Path, "detect", "--help")).Output, ofDetect.Output);

        var doctor = await tool.RunAsync("doctor", "--json");
        Assert.True(doctor.ExitCode == 0, doctor.Output + doctor.Error);
        var findings = JsonDocument
            .Parse(doctor.Output)
            .RootElement.EnumerateArray()
            .ToDictionary(
                finding => finding.GetProperty("part").GetString()!,
                finding => finding.GetProperty("verdict").GetString()
            );
        foreach (var part in new[] { "OpenCV", "ONNX Runtime", "ffmpeg", "yunet", "starter", "memory", "disk" })
            Assert.Equal("works", findings[part]);
        Assert.DoesNotContain("libtorch", findings.Keys);
    }

    /// <returns>P(fake) of the video, as the service says it.</returns>
    private static async Task<double> ServeAsync(TemporaryFolder folder, InstalledTool tool, string video)
    {
        using var service = tool.Start("serve", "--data", folder["serve"], "--url", "http://127.0.0.1:0");
        try
        {
            var error = service.StandardError.ReadToEndAsync();
            var line = await service.StandardOutput.ReadLineAsync().WaitAsync(ArgusProcess.Limit);
            Assert.True(line is not null, line ?? await error);
            using var client = new HttpClient { BaseAddress = new Uri(Address().Match(line!).Value) };
            using var form = new MultipartFormDataContent
            {
                { new ByteArrayContent(await File.ReadAllBytesAsync(video)), "file", Path.GetFileName(video) },
            };
            using var answer = await client.PostAsync("/v1/analyses", form);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            var id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
            var analysis = await WaitAsync(client, $"/v1/analyses/{id}");
            Assert.Equal("done", analysis.GetProperty("state").GetString());

            Process.Start("kill", ["-TERM", $"{service.Id}"])!.WaitForExit();
            await service.WaitForExitAsync().WaitAsync(ArgusProcess.Limit);
            Assert.True(service.ExitCode == 0, await error);
            return analysis.GetProperty("result").GetProperty("probability").GetDouble();
        }
        finally
        {
            if (!service.HasExited)
                service.Kill(entireProcessTree: true);
        }
    }

    private static async Task<JsonElement> WaitAsync(HttpClient client, string address)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < ArgusProcess.Limit; await Task.Delay(50))
        {
            var analysis = await client.GetFromJsonAsync<JsonElement>(address);
            if (analysis.GetProperty("state").GetString() is "done" or "failed")
                return analysis;
        }
        throw new TimeoutException($"{address} was not done in {ArgusProcess.Limit.TotalMinutes} minutes.");
    }

    private static double Probability(ArgusProcess.Outcome outcome)
    {
        Assert.True(outcome.ExitCode == 0, outcome.Output + outcome.Error);
        return JsonDocument.Parse(outcome.Output).RootElement.GetProperty("probability").GetDouble();
    }

    [GeneratedRegex(@"http://[\d.]+:\d+")]
    private static partial Regex Address();
}
