using System.Text.Json.Nodes;
using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Tests;
using Argus.Video;
using CliWrap;
using Xunit;

namespace Argus.Cli.Tests;

/// <summary>
/// Forging of real people's videos: they are not part of the repository, so these tests skip without them.
/// </summary>
public class ForgeTests
{
    [Fact]
    public async Task A_quad_of_each_kind_is_made_recorded_and_readable_as_a_DFDC_part()
    {
        using var folder = new TemporaryFolder();
        var source = await ShortAsync(folder, "speaker.mp4", "speech_latentsync_1.mp4", 2.5);
        var outcome = await ForgeAsync(folder, source, "--kind", "all", "--out", "forged");
        Assert.Equal(
            (0, ""),
            (
                outcome.ExitCode,
                outcome.Error.Split('\n').FirstOrDefault(line => line.StartsWith("argus:", StringComparison.Ordinal))
                    ?? ""
            )
        );
        var part = folder["forged", "dfdc_train_part_0"];
        var metadata = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(part, "metadata.json")))!.AsObject();
        Assert.Equal(4 * Enum.GetValues<ForgeryKind>().Length, metadata.Count);
        foreach (var kind in metadata.GroupBy(entry => $"{entry.Value!["kind"]}"))
        {
            Assert.Equal(2, kind.Count(entry => $"{entry.Value!["label"]}" == "FAKE"));
            Assert.Single(kind.Select(entry => $"{entry.Value!["seed"]}").Distinct());
            // The codec is the same for all four, and so is the length.
            Assert.Single(kind.Select(entry => $"{entry.Value!["quantizer"]}").Distinct());
            var frames = new List<int>();
            foreach (var (name, entry) in kind)
            {
                var info = await VideoProbe.ReadAsync(Path.Combine(part, name), CancellationToken.None);
                frames.Add(info.FrameCount);
                Assert.NotNull(info.Sound);
                Assert.Equal(kind.Key == "audio", entry!["mask"] is null);
                if (entry["mask"] is { } mask)
                    Assert.Equal(
                        info.FrameCount,
                        (await VideoProbe.ReadAsync(Path.Combine(part, $"{mask}"), CancellationToken.None)).FrameCount
                    );
                Assert.InRange((double)entry["to"]! - (double)entry["from"]!, 1, 2.6);
            }
            Assert.Single(frames.Distinct());
        }
        // Twins and forgeries of one person are on one side of the split.
        var check = await ArgusProcess.RunAsync(folder.Path, "data", "check", "dfdc", "forged", "--json");
        var counts = JsonNode.Parse(check.Output)!["counts"]!.AsArray();
        Assert.Equal(24, counts.Sum(count => (int)count!["videos"]!));
        Assert.Single(counts.Select(count => $"{count!["split"]}").Distinct());

        // Again, nothing is made; the same seed elsewhere makes the same bytes.
        var again = await ForgeAsync(folder, source, "--kind", "all", "--out", "forged");
        Assert.Contains("0 videos made, 24 were there", again.Output, StringComparison.Ordinal);
        await ForgeAsync(folder, source, "--kind", "lighting", "--out", "same");
        foreach (var file in Directory.GetFiles(folder["same", "dfdc_train_part_0"], "*.mp4"))
            Assert.Equal(
                await File.ReadAllBytesAsync(
                    Path.Combine(part, Path.GetFileName(file)),
                    TestContext.Current.CancellationToken
                ),
                await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)
            );
    }

    [Fact]
    public async Task What_cannot_be_forged_is_left_out_with_its_reason_and_the_rest_is_made()
    {
        using var folder = new TemporaryFolder();
        var good = await ShortAsync(folder, "good.mp4", "speech_latentsync_1.mp4", 2);
        (string File, string Kind, string Reason)[] cases =
        [
            (await Videos.MakeAsync(folder["nobody.mp4"], 30), "blend", "no face was found"),
            (await ShortAsync(folder, "short.mp4", "speech_latentsync_1.mp4", 0.5), "blend", "lasts 0.5 s"),
            (
                await Videos.RunAsync(
                    folder["two.mp4"],
                    [
                        "-i",
                        good,
                        "-i",
                        good,
                        "-filter_complex",
                        "[0:v]scale=256:256[a];[1:v]scale=256:256,hflip[b];[a][b]hstack",
                        "-an",
                        "-pix_fmt",
                        "yuv420p",
                    ]
                ),
                "blend",
                "2 faces are in the picture at once"
            ),
            // The face is there for half a second, then a wall.
            (
                await Videos.RunAsync(
                    folder["leaves.mp4"],
                    ["-i", good, "-vf", "drawbox=t=fill:color=gray:enable='gt(t,0.5)'", "-an", "-pix_fmt", "yuv420p"]
                ),
                "temporal",
                "its face stays for"
            ),
            (await Videos.RunAsync(folder["mute.mp4"], ["-i", good, "-an", "-c", "copy"]), "audio", "it has no sound"),
            (
                await Videos.RunAsync(
                    folder["hum.mp4"],
                    [
                        "-i",
                        good,
                        "-f",
                        "lavfi",
                        "-i",
                        "anoisesrc=amplitude=0.003:duration=2",
                        "-map",
                        "0:v",
                        "-map",
                        "1:a",
                        "-c:v",
                        "copy",
                    ]
                ),
                "audio",
                "nobody speaks"
            ),
            (folder.Write("text.mp4", "no video"), "blend", "moov atom not found"),
        ];
        foreach (var (file, kind, reason) in cases)
        {
            var outcome = await ForgeAsync(folder, file, good, "--kind", kind, "--out", "forged");
            Assert.Equal(1, outcome.ExitCode);
            Assert.Contains($"left out: {file}: {kind}: ", outcome.Error, StringComparison.Ordinal);
            Assert.Contains(reason, outcome.Error, StringComparison.Ordinal);
        }
        Assert.All(
            Directory.GetFiles(folder["forged", "dfdc_train_part_0"]),
            file =>
                Assert.True(
                    Path.GetFileName(file).StartsWith("good_", StringComparison.Ordinal)
                        || file.EndsWith("metadata.json", StringComparison.Ordinal),
                    file
                )
        );
    }

    private static Task<ArgusProcess.Outcome> ForgeAsync(TemporaryFolder folder, params string[] arguments)
    {
        var model = folder["cache", "models", "face_detection_yunet_2023mar.onnx"];
        Directory.CreateDirectory(Path.GetDirectoryName(model)!);
        if (!File.Exists(model))
            File.Copy(Shared.File("models/face_detection_yunet_2023mar.onnx"), model);
        return ArgusProcess.RunAsync(folder.Path, ["forge", .. arguments]);
    }

    private static Task<string> ShortAsync(TemporaryFolder folder, string name, string clip, double seconds) =>
        Videos.RunAsync(
            folder[name],
            [
                "-i",
                Shared.File($"clips/{clip}"),
                "-t",
                FormattableString.Invariant($"{seconds}"),
                "-vf",
                "scale=256:256:force_original_aspect_ratio=increase,crop=256:256",
                "-pix_fmt",
                "yuv420p",
            ]
        );
}
