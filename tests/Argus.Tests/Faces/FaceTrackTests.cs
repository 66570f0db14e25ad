using Argus.Faces;
using OpenCvSharp;
using Xunit;

namespace Argus.Tests.Faces;

public class FaceTrackTests
{
    [Fact]
    public void A_track_follows_a_moving_face_between_looks_and_smooths_the_detectors_tremble()
    {
        var random = new KeyedRandom(5);
        var tracker = new FaceTracker();
        for (var i = 0; i <= 20; i++)
            tracker.Add(i * 0.1, [DrawnFaces.At(100 + 50 * i * 0.1 + random.Normal() * 2, 200, 80)]);
        var track = Assert.Single(tracker.Tracks);
        // Detected at 1.0 and 1.1; the steady movement is 50 pixels a second, the tremble has a deviation of 2.
        var errors = Enumerable
            .Range(0, 40)
            .Select(i => 0.05 * i)
            .Select(time => Math.Abs(track.At(time)!.Centre.X - (100 + 50 * time)))
            .ToList();
        Assert.True(errors.Average() < 1.2, $"{errors.Average()}");
        Assert.Equal(200, track.At(1.05)!.Landmarks[2].Y, 1.0);
    }

    [Fact]
    public void Two_faces_beside_each_other_are_two_tracks_also_when_the_detector_lists_them_in_another_order()
    {
        var tracker = new FaceTracker();
        for (var i = 0; i < 10; i++)
        {
            Face left = DrawnFaces.At(100 + i, 100, 60);
            Face right = DrawnFaces.At(300 - i, 100, 60);
            tracker.Add(i * 0.2, i % 2 == 0 ? [left, right] : [right, left]);
        }
        Assert.Equal(2, tracker.Tracks.Count);
        Assert.All(tracker.Tracks, track => Assert.Equal(10, track.Seen.Count));
        Assert.InRange(tracker.Tracks[0].Last.Face.Centre.X, 100, 120);
    }

    [Fact]
    public void Who_comes_back_after_a_second_or_elsewhere_is_another_track()
    {
        var tracker = new FaceTracker();
        tracker.Add(0, [DrawnFaces.At(100, 100, 60)]);
        tracker.Add(0.2, [DrawnFaces.At(100, 100, 60)]);
        tracker.Add(0.4, [DrawnFaces.At(400, 100, 60)]);
        tracker.Add(2.0, [DrawnFaces.At(100, 100, 60)]);
        Assert.Equal([0, 1, 2], tracker.Tracks.Select(track => track.Number));
        Assert.Null(tracker.Tracks[0].At(1.5));
        Assert.NotNull(tracker.Tracks[0].At(0.1));
    }

    [Theory]
    [InlineData(100, 100, 50, 65)]
    [InlineData(5, 5, 50, 65)]
    [InlineData(315, 235, 50, 65)]
    [InlineData(160, 120, 220, 240)]
    public void A_crop_is_a_square_of_the_box_times_the_margin_inside_the_picture(
        double x,
        double y,
        double side,
        int expected
    )
    {
        var square = DrawnFaces.At(x, y, side).Square(1.3, new Size(320, 240));
        Assert.Equal((expected, expected), (square.Width, square.Height));
        Assert.Equal(square, square & new Rect(0, 0, 320, 240));
    }

    [Theory]
    [InlineData(1, 1, 0.62, true)] // a picture: what is there is looked at
    [InlineData(2, 1, 0.62, false)] // leaves
    [InlineData(2, 1, 0.9, true)]
    [InlineData(2, 2, 0.62, true)]
    [InlineData(8, 1, 0.9, false)] // comes and goes
    public void A_face_needs_more_than_one_doubtful_look(int looks, int sights, double score, bool isFace)
    {
        var tracker = new FaceTracker();
        var times = Enumerable.Range(0, looks).Select(i => 0.4 * i).ToList();
        foreach (var time in times)
            tracker.Add(time, time < 0.4 * sights ? [DrawnFaces.At(50, 50, 40) with { Score = score }] : []);
        Assert.Equal(isFace, Assert.Single(tracker.Tracks).IsFace(times));
    }
}
