using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Argus.Detection;
using Argus.Tests;
using Xunit;

namespace Argus.Cli.Tests;

/// <summary>From a checkpoint to verdicts by commands, as a user goes.</summary>
public class DetectTests
{
    [Fact]
    public async Task A_checkpoint_becomes_models_and_models_judge_videos_in_files_folders_and_lists()
    {
        using var folder = new TemporaryFolder();
        async Task<ArgusProcess.Outcome> Argus(params string[] arguments) =>
            await ArgusProcess.RunAsync(folder.Path, arguments);
        Assert.Equal(
            0,
            (
                await Argus(
                    "data",
                    "sample",
                    "data",
                    "--size",
                    "48",
                    "--seconds",
                    "0.5",
                    "--quads",
                    "0,0,0",
                    "--focus",
                    "resolution=2,1,1"
                )
            ).ExitCode
        );
        var trained = await Argus(
            "train",
            "rr/1",
            "--profile",
            "smoke",
            "--data",
            "data/ffpp",
            "--run",
            "run",
            "model.image_size=32",
            "model.projection=64",
            "data.train_frames=2",
            "data.eval_frames=3",
            "train.epochs=1",
            "train.max_steps=2",
            "train.device=cpu"
        );
        Assert.True(trained.ExitCode == 0, trained.Error);
        var store = Path.GetRelativePath(folder.Path, Directory.EnumerateDirectories(folder["stores"]).Single());
        var exported = await Argus("export", "run", "--out", "models", "--store", store);
        Assert.True(exported.ExitCode == 0, exported.Error);
        Assert.Contains("clips of the store", exported.Output, StringComparison.Ordinal);

        var videos = Directory
            .EnumerateFiles(folder["data", "ffpp"], "*.mp4", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Take(2)
            .ToList();
        folder.Write("broken.mp4", "no video");
        // One bad file does not stop the others; a line of JSON each, in order.
        var outcome = await Argus(
            "detect",
            videos[0],
            "broken.mp4",
            videos[1],
            "--models",
            "models",
            "--json",
            "--report",
            "pages"
        );
        Assert.Equal(1, outcome.ExitCode);
        var lines = outcome
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();
        Assert.Equal([videos[0], "broken.mp4", videos[1]], lines.Select(line => line.GetProperty("video").GetString()));
        Assert.InRange(lines[0].GetProperty("probability").GetDouble(), 0, 1);
        Assert.Contains(lines[0].GetProperty("verdict").GetString(), new[] { "real", "forged", "undecided" });
        var limits = lines[0].GetProperty("limits").EnumerateArray().Select(limit => limit.GetString()!).ToList();
        Assert.Contains("cloned voices", limits[0], StringComparison.Ordinal);
        Assert.Contains("do not say what they were tested on", limits[1], StringComparison.Ordinal);
        Assert.True(lines[1].TryGetProperty("error", out _));
        var page = await File.ReadAllTextAsync(folder["pages", Path.GetFileNameWithoutExtension(videos[0]) + ".html"]);
        Assert.Contains("What this does not say", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);

        await VerifyAsync(folder, videos[0]);

        // Nothing is left behind, also not by the runtime, which would tell its maker of each use.
        Directory.CreateDirectory(folder["tmp"]);
        var text = await ArgusProcess.RunAfterAsync(
            folder.Path,
            $"export TMPDIR={folder["tmp"]}",
            "detect",
            Path.GetDirectoryName(videos[0])!,
            "--models",
            "models"
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["tmp"]));
        Assert.True(text.ExitCode == 0, text.Error);
        Assert.Contains("P(fake)", text.Output, StringComparison.Ordinal);
        Assert.Contains("note: faces that were altered", text.Output, StringComparison.Ordinal);

        var (given, starter) = await ConsumerProgram.JudgeAsync(folder, "models", videos[0]);
        Assert.Equal(lines[0].GetProperty("probability").GetDouble(), given, 1e-5);
        Assert.Contains("the models are the starter", starter, StringComparison.Ordinal);

        // A pipe is not waited for, an empty list is no success, a page that cannot be written costs only itself.
        Process.Start("mkfifo", folder["pipe.mp4"])!.WaitForExit();
        Assert.Contains(
            "the file is empty",
            (await Argus("detect", "pipe.mp4", "--models", "models")).Error,
            StringComparison.Ordinal
        );
        Assert.Equal(
            2,
            (
                await ArgusProcess.RunAfterAsync(folder.Path, "exec < /dev/null", "detect", "-", "--models", "models")
            ).ExitCode
        );
        Directory.CreateDirectory(folder["taken", Path.GetFileNameWithoutExtension(videos[0]) + ".html"]);
        var taken = await Argus("detect", videos[0], videos[1], "--models", "models", "--report", "taken");
        Assert.Equal(1, taken.ExitCode);
        Assert.True(File.Exists(folder["taken", Path.GetFileNameWithoutExtension(videos[1]) + ".html"]), taken.Error);

        await UnusualNamesAsync(folder, videos[0]);

        // A council of one is not fitted, a changed file is not used.
        Assert.Equal(2, (await Argus("council", "fit", "run", "--models", "models")).ExitCode);
        await File.AppendAllTextAsync(folder["models", "rr.onnx"], "x");
        var changed = await Argus("detect", videos[0], "--models", "models");
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains("hash differs", changed.Error, StringComparison.Ordinal);
    }

    // The report that was written for a video holds for that file, those models and that answer alone.
    private static async Task VerifyAsync(TemporaryFolder folder, string video)
    {
        var report = $"pages/{Path.GetFileNameWithoutExtension(video)}.argus.json";
        async Task<ArgusProcess.Outcome> Verify(string of, string models = "models") =>
            await ArgusProcess.RunAsync(folder.Path, "verify", report, of, "--models", models);
        var same = await Verify(video);
        Assert.True(same.ExitCode == 0, same.Error);
        foreach (var word in new[] { "signature: none", "page: intact", "byte for byte", "to the last digit" })
            Assert.Contains(word, same.Output, StringComparison.Ordinal);

        var bytes = await File.ReadAllBytesAsync(video);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(folder["changed.mp4"], bytes);
        var changed = await Verify("changed.mp4");
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains("video: different", changed.Output, StringComparison.Ordinal);

        Directory.CreateDirectory(folder["others"]);
        foreach (var file in Directory.EnumerateFiles(folder["models"]))
            File.Copy(file, folder["others", Path.GetFileName(file)]);
        await File.AppendAllTextAsync(folder["others", "manifest.json"], "\n");
        var others = await Verify(video, "others");
        Assert.Equal(1, others.ExitCode);
        Assert.Contains("models: different", others.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await Verify(video, "none")).ExitCode);
        Assert.Equal(2, (await Verify("none.mp4")).ExitCode);

        var page = folder["pages", Path.GetFileNameWithoutExtension(video) + ".html"];
        var text = await File.ReadAllTextAsync(page);
        await File.WriteAllTextAsync(page, text.Replace("P(fake)", "P(real)"));
        var forged = await Verify(video);
        Assert.Equal(1, forged.ExitCode);
        Assert.Contains("page: different", forged.Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(page, text);

        var written = await File.ReadAllTextAsync(folder[report]);
        await File.WriteAllTextAsync(folder[report], written.Replace("\"verdict\": \"", "\"verdict\": \"x"));
        var altered = await Verify(video);
        Assert.Equal(1, altered.ExitCode);
        Assert.Contains("was altered after it was written", altered.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder[report], written);

        // A clock that went back meanwhile is said; the answer is what it was.
        var analysis = ReportFile.Read(folder[report]).Analysis;
        ReportFile.Write(folder[report], analysis with { FinishedAt = analysis.StartedAt?.AddSeconds(-1) }, null);
        var backwards = await Verify(video);
        Assert.True(backwards.ExitCode == 0, backwards.Error);
        Assert.Contains("the clock went back", backwards.Output, StringComparison.Ordinal);
        Assert.Contains("to the last digit", backwards.Output, StringComparison.Ordinal);

        File.Delete(folder["others", "rr.onnx"]);
        var missing = await Verify(video, "others");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("rr.onnx is missing", missing.Error, StringComparison.Ordinal);

        var loose = await ArgusProcess.RunAsync(folder.Path, "detect", video, "--models", "models", "--case", "7");
        Assert.Equal(2, loose.ExitCode);
        Assert.Contains("--report DIR", loose.Error, StringComparison.Ordinal);
        var unsigned = await ArgusProcess.RunAsync(
            folder.Path,
            "detect",
            video,
            "--models",
            "models",
            "--report",
            "signed",
            "--sign",
            "changed.mp4"
        );
        Assert.Equal(2, unsigned.ExitCode);
        Assert.Contains("is no PKCS#12 certificate", unsigned.Error, StringComparison.Ordinal);
    }

    // Names as long as a file system takes, with spaces at both ends, and of bytes that are no text.
    private static async Task UnusualNamesAsync(TemporaryFolder folder, string video)
    {
        Directory.CreateDirectory(folder["names"]);
        var longName = new string('a', 246);
        foreach (var name in new[] { $"{longName}b.mp4", $"{longName}c.mp4", " spaces .mp4 " })
            File.Copy(video, folder["names", name]);
        Process
            .Start("bash", ["-c", $"cp '{video}' \"$(printf '%s' '{folder["names"]}/')\"$'\\xff\\xfe.mp4'"])
            .WaitForExit();
        var all = await ArgusProcess.RunAsync(
            folder.Path,
            ["detect", "names", "--models", "models", "--report", "long", "--json"]
        );
        // .NET cannot delete such a file either.
        Process.Start("bash", ["-c", $"rm '{folder["names"]}'/$'\\xff\\xfe.mp4'"]).WaitForExit();
        Assert.Equal(1, all.ExitCode);
        Assert.Equal(2, Directory.EnumerateFiles(folder["long"], "*.html").Count());
        var failed = all
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Single(line => line.TryGetProperty("error", out _));
        Assert.Contains("not valid UTF-8", failed.GetProperty("error").GetString(), StringComparison.Ordinal);

        var listed = await ArgusProcess.RunAfterAsync(
            folder["names"],
            "exec < <(printf '\\xef\\xbb\\xbf spaces .mp4 \\r\\n\\n spaces .mp4 ')",
            "detect",
            "-",
            "--models",
            folder["models"]
        );
        Assert.True(listed.ExitCode == 0, listed.Error);
        Assert.Equal(
            2,
            listed.Output.Split('\n').Count(line => line.StartsWith(" spaces .mp4 :", StringComparison.Ordinal))
        );
    }

    [Theory]
    [InlineData(2, "no checkpoint", "export", "none", "--out", "models")]
    [InlineData(2, "--out", "export", "none")]
    [InlineData(2, "There is no folder", "detect", "a.mp4", "--models", "none")]
    [InlineData(2, "council.json", "detect", "a.mp4", "--models", ".")]
    [InlineData(2, "council.json", "council", "fit", "none", "--models", ".")]
    public async Task Wrong_requests_say_what_is_wrong(int code, string says, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var outcome = await ArgusProcess.RunAsync(folder.Path, arguments);
        Assert.Equal(code, outcome.ExitCode);
        Assert.Contains(says, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }
}
