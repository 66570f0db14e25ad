using Argus.Data.Audits;
using Argus.Data.Datasets;
using Argus.Data.Stores;
using Argus.Data.Tests.Stores;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Audits;

public class StoreAuditTests
{
    private static readonly string[] Train = [.. Names(Split.Train, 12)];
    private static readonly string[] Test = [.. Names(Split.Test, 12)];

    [Fact]
    public async Task A_video_encoded_again_on_another_side_is_a_leak_and_other_videos_are_not()
    {
        using var data = new SmallStore();
        for (var i = 0; i < 4; i++)
            await SceneAsync(data.Video(Train[i]), i);
        for (var i = 4; i < 8; i++)
            await SceneAsync(data.Video(Test[i]), i);
        await Videos.RunAsync(
            data.Video(Test[0]),
            ["-i", data.Video(Train[2]), "-vf", "scale=120:90", "-c:v", "libx264", "-crf", "33", "-pix_fmt", "yuv420p"]
        );
        File.Copy(data.Video(Train[1]), data.Video(Test[1]));
        await data.Describe().PrepareAsync();
        var audit = await StoreAudit.RunAsync(data.Store, verify: true, 2, null, CancellationToken.None);
        Assert.False(audit.Passes);
        var errors = audit.Problems.Where(problem => problem.Severity == Severity.Error).ToList();
        Assert.Equal(2, errors.Count);
        Assert.Contains(
            errors,
            error =>
                error.What.Contains("same file", StringComparison.Ordinal)
                && error.What.Contains(Test[1], StringComparison.Ordinal)
        );
        Assert.Contains(
            errors,
            error =>
                error.What.Contains("looks the same", StringComparison.Ordinal)
                && error.What.Contains(Test[0], StringComparison.Ordinal)
                && error.What.Contains(Train[2], StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task What_tells_fakes_by_their_files_alone_is_named_with_its_auc()
    {
        using var data = new SmallStore();
        for (var i = 0; i < 12; i++)
        {
            await Videos.MakeAsync(data.Video(Train[i]), 12 + i, "32x32");
            // The forger's program writes another codec.
            await Videos.MakeAsync(data.Video($"fake{i}.mp4"), 12 + i, "32x32", "-c:v", "mpeg4", "-c:a", "aac");
        }
        await data.Describe([.. Train.Select((name, i) => ($"fake{i}.mp4", name))]).PrepareAsync();
        var audit = await StoreAudit.RunAsync(data.Store, verify: false, 2, null, CancellationToken.None);
        var codec = audit.Shortcuts.Single(shortcut => shortcut.Property == "codec");
        Assert.Equal((1.0, true, "h264 (100%)", "mpeg4 (100%)"), (codec.Auc, codec.IsClear, codec.Real, codec.Fake));
        var duration = audit.Shortcuts.Single(shortcut => shortcut.Property == "duration, s");
        Assert.Equal((0.5, false, 24), (duration.Auc, duration.IsClear, duration.Videos));
        Assert.Contains(
            audit.Problems,
            problem => problem.Where == "codec" && problem.What.Contains("AUC 1.00", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            audit.Problems,
            problem => problem.What.Contains("without the real video", StringComparison.Ordinal)
        );
        Assert.True(audit.Passes);
    }

    [Fact]
    public async Task Damage_gaps_and_fakes_without_their_source_are_found()
    {
        using var data = new SmallStore();
        await Videos.MakeAsync(data.Video(Train[0]), 8, "32x32");
        await Videos.MakeAsync(data.Video("fake.mp4"), 9, "32x32");
        data.Folder.Write(Path.GetRelativePath(data.Folder.Path, data.Video("broken.mp4")), "broken");
        await data.Describe(("fake.mp4", "gone.mp4")).PrepareAsync();
        var shard = Path.Combine(data.Store, "000000.tar");
        var bytes = await File.ReadAllBytesAsync(shard);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(shard, bytes);
        var audit = await StoreAudit.RunAsync(data.Store, verify: true, 2, null, CancellationToken.None);
        Assert.False(audit.Passes);
        foreach (
            var (severity, words) in new[]
            {
                (Severity.Error, "damaged"),
                (Severity.Warning, "left out: moov atom"),
                (Severity.Warning, "has no real video"),
                (Severity.Note, "1 of 1 fakes without the real video"),
            }
        )
            Assert.Contains(
                audit.Problems,
                problem => problem.Severity == severity && problem.What.Contains(words, StringComparison.Ordinal)
            );
        Assert.True((await StoreAudit.RunAsync(data.Store, verify: false, 2, null, CancellationToken.None)).Passes);
    }

    [Fact]
    public async Task Pictures_of_a_store_can_be_looked_at()
    {
        using var data = new SmallStore();
        await Videos.MakeAsync(data.Video(Train[0]), 8, "32x32");
        await Videos.MakeAsync(data.Video("fake.mp4"), 9, "32x32");
        await data.Describe(("fake.mp4", Train[0])).PrepareAsync();
        var page = await Argus.Data.Reports.StorePage.WriteAsync(
            data.Store,
            data.Folder["show"],
            CancellationToken.None
        );
        Assert.Contains("2 videos, 8 pictures", await File.ReadAllTextAsync(page), StringComparison.Ordinal);
        foreach (var sheet in new[] { "real-REAL.png", "fake-FAKE.png" })
        {
            using var picture = OpenCvSharp.Cv2.ImRead(data.Folder["show", sheet]);
            Assert.True(picture.Width >= 500 && picture.Height > 150);
        }
    }

    // DFDC's sides follow from the name.
    private static IEnumerable<string> Names(Split side, int count) =>
        Enumerable
            .Range(0, 10_000)
            .Select(i => $"n{i}.mp4")
            .Where(name => OfficialSplits.Dfdc(name) == side)
            .Take(count);

    // Bright patches whose places differ from scene to scene, with noise.
    private static Task<string> SceneAsync(string path, int scene) =>
        Videos.RunAsync(
            path,
            [
                "-f",
                "lavfi",
                "-i",
                "color=0x203040:size=160x120:rate=10,"
                    + $"drawbox=x={scene * 37 % 110}:y={scene * 53 % 80}:w=45:h=35:color=0xe0c090:t=fill,"
                    + $"drawbox=x={scene * 71 % 120}:y={scene * 29 % 90}:w=30:h=25:color=0x70a0e0:t=fill,"
                    + $"drawbox=x={scene * 13 % 100}:y={scene * 97 % 70}:w=12:h=50:color=white:t=fill,"
                    + "noise=alls=8:allf=t",
                "-frames:v",
                "12",
                "-c:v",
                "libx264",
                "-pix_fmt",
                "yuv420p",
            ]
        );
}
