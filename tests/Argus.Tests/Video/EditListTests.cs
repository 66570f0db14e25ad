using Argus.Video;
using Xunit;

namespace Argus.Tests.Video;

public class EditListTests
{
    [Fact]
    public async Task Edit_lists_and_the_time_of_making_are_reported_as_the_file_has_them()
    {
        using var folder = new TemporaryFolder();
        await Videos.RunAsync(
            folder["a.mp4"],
            [
                .. "-f lavfi -i testsrc2=size=64x64:rate=10:duration=2".Split(' '),
                .. "-itsoffset 0.5 -f lavfi -i sine=duration=1".Split(' '),
                .. "-c:v libx264 -bf 2 -c:a aac -metadata creation_time=2024-05-06T07:08:09Z".Split(' '),
            ]
        );
        var info = await VideoProbe.ReadAsync(folder["a.mp4"], TestContext.Current.CancellationToken);
        Assert.StartsWith("2024-05-06T07:08:09", info.CreationTime, StringComparison.Ordinal);
        // The pictures begin after two frames of reordering; the sound is preceded by half a second of nothing.
        var pictures = Assert.Single(info.EditLists, edit => edit.Track == 0);
        Assert.True(pictures is { DurationSeconds: > 1.99 and < 2.01, MediaTime: > 0, Rate: 1 }, $"{pictures}");
        var nothing = info.EditLists.First(edit => edit.Track == 1);
        Assert.Equal(-1, nothing.MediaTime);
        Assert.InRange(nothing.DurationSeconds, 0.45, 0.55);

        // Matroska has none.
        await Videos.MakeAsync(folder["b.mkv"]);
        Assert.Empty((await VideoProbe.ReadAsync(folder["b.mkv"], TestContext.Current.CancellationToken)).EditLists);
    }

    [Fact]
    public async Task A_damaged_list_is_read_as_far_as_it_goes()
    {
        using var folder = new TemporaryFolder();
        await Videos.MakeAsync(folder["a.mp4"]);
        var bytes = await File.ReadAllBytesAsync(folder["a.mp4"], TestContext.Current.CancellationToken);
        var place = bytes.AsSpan().IndexOf("elst"u8);
        foreach (var (at, value) in new[] { (place - 4, 0xFF), (place - 1, 0), (place + 8, 0xFF), (place + 9, 0x7F) })
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] = (byte)value;
            await File.WriteAllBytesAsync(folder["b.mp4"], damaged, TestContext.Current.CancellationToken);
            Assert.InRange(MovieBoxes.ReadEditLists(folder["b.mp4"]).Count, 0, 1000);
        }
    }
}
