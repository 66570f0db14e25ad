using Argus.Clips;
using Argus.Data.Stores;
using Argus.Faces;
using Argus.Tests;
using Argus.Video;
using OpenCvSharp;
using Xunit;

namespace Argus.Data.Tests.Stores;

/// <summary>
/// Two "faces" in a test picture, the left one larger; the fake differs from its original in the right one.
/// </summary>
public class SubjectTrackTests
{
    private static readonly Rect Left = new(8, 8, 40, 40);
    private static readonly Rect Right = new(80, 12, 32, 32);

    [Fact]
    public async Task The_face_that_differs_from_the_original_is_the_subject()
    {
        using var folder = new TemporaryFolder();
        var original = await Videos.MakeAsync(folder["original.mp4"], 20, "128x64");
        var fake = await Videos.RunAsync(
            folder["fake.mp4"],
            [
                "-i",
                original,
                "-vf",
                $"drawbox=x={Right.X + 8}:y={Right.Y + 8}:w=16:h=16:color=gray:t=fill",
                "-c:v",
                "libx264",
                "-crf",
                "30",
                "-pix_fmt",
                "yuv420p",
            ]
        );
        var (track, evidence) = await SubjectTrack.ChooseAsync(
            await CutAsync(fake),
            null,
            original,
            CancellationToken.None
        );
        Assert.Equal((1, SubjectEvidence.Original), (track.Track.Number, evidence));
    }

    [Fact]
    public async Task The_face_under_the_mask_is_the_subject()
    {
        using var folder = new TemporaryFolder();
        var fake = await Videos.MakeAsync(folder["fake.mp4"], 20, "128x64");
        var mask = await Videos.RunAsync(
            folder["mask.mp4"],
            [
                "-f",
                "lavfi",
                "-i",
                $"color=black:size=128x64:rate=10,drawbox=x={Right.X + 4}:y={Right.Y + 4}:w=20:h=20:color=white:t=fill",
                "-frames:v",
                "20",
                "-c:v",
                "libx264",
                "-pix_fmt",
                "yuv420p",
            ]
        );
        var (track, evidence) = await SubjectTrack.ChooseAsync(
            await CutAsync(fake),
            mask,
            null,
            CancellationToken.None
        );
        Assert.Equal((1, SubjectEvidence.Mask), (track.Track.Number, evidence));
    }

    [Fact]
    public async Task Without_evidence_or_with_a_broken_original_the_largest_face_is_taken_and_that_is_said()
    {
        using var folder = new TemporaryFolder();
        var fake = await Videos.MakeAsync(folder["fake.mp4"], 20, "128x64");
        foreach (var original in new[] { null, fake, folder.Write("broken.mp4", "broken") })
        {
            var (track, evidence) = await SubjectTrack.ChooseAsync(
                await CutAsync(fake),
                null,
                original,
                CancellationToken.None
            );
            Assert.Equal((0, SubjectEvidence.LargestFace), (track.Track.Number, evidence));
        }
    }

    private static async Task<IReadOnlyList<CutTrack>> CutAsync(string video)
    {
        var crops = new[] { Left, Right }.Select(_ => new List<FaceCrop>()).ToList();
        await FrameReader.ReadAsync(
            video,
            [0, 5, 10, 19],
            (index, frame) =>
            {
                using var owned = frame;
                foreach (var (list, square) in crops.Zip([Left, Right]))
                {
                    using var part = frame.SubMat(square);
                    list.Add(
                        new FaceCrop(
                            list.Count,
                            0,
                            index,
                            square,
                            DrawnFaces.At(
                                square.X + square.Width / 2,
                                square.Y + square.Height / 2,
                                square.Width / 1.3
                            ),
                            part.Clone()
                        )
                    );
                }
            },
            CancellationToken.None
        );
        return [.. crops.Select((list, number) => new CutTrack(new FaceTrack(number), list))];
    }
}
