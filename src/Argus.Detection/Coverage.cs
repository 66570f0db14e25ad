using Argus.Clips;

namespace Argus.Detection;

/// <summary>How much of a video an answer is about.</summary>
/// <param name="Frames">Frames of the video.</param>
/// <param name="FramesJudged">Frames that a specialist looked at, of any face.</param>
/// <param name="ShareOfTime">Share of the video's time within clips that were judged; 1 for a picture.</param>
/// <param name="Unseen">What was not looked at, and why, in words.</param>
public sealed record Coverage(int Frames, int FramesJudged, double ShareOfTime, IReadOnlyList<string> Unseen)
{
    internal static Coverage Create(int frames, double seconds, IReadOnlyList<FaceAnalysis> faces)
    {
        var clips = faces.SelectMany(face => face.Timeline).ToList();
        var judged = clips.SelectMany(clip => clip.Frames).Select(frame => frame.Number).Distinct().Count();
        // All frames are all of the time, whatever their times add up to.
        var share =
            judged == frames ? 1
            : seconds == 0 ? 0
            : Math.Min(1, FindCovered(clips, seconds / frames) / seconds);
        return new Coverage(
            frames,
            judged,
            share,
            [
                .. judged == frames
                    ? Array.Empty<string>()
                    :
                    [
                        $"{frames - judged} of {frames} frames were not judged: the models look at clips that are "
                            + "spread evenly over the video (--all looks at every frame), and only at faces that were "
                            + "found",
                    ],
                .. from face in faces
                from specialist in face.Specialists
                where specialist.Abstains is not null
                select $"{specialist.Name} did not look at {Name(face, faces)}: {specialist.Abstains}",
            ]
        );
    }

    private static string Name(FaceAnalysis face, IReadOnlyList<FaceAnalysis> faces) =>
        face.Whole ? "the whole picture"
        : faces.Count > 1 ? $"face {face.Number + 1}"
        : "the face";

    // Clips may overlap: two faces, or two specialists. A clip lasts until its last frame is over.
    private static double FindCovered(List<TimelinePoint> clips, double frameSeconds)
    {
        var covered = 0.0;
        var until = 0.0;
        foreach (var clip in clips.OrderBy(clip => clip.FromSeconds))
        {
            var end = clip.ToSeconds + frameSeconds;
            covered += Math.Max(0, end - Math.Max(until, clip.FromSeconds));
            until = Math.Max(until, end);
        }
        return covered;
    }
}

/// <summary>A picture that a specialist looked at.</summary>
/// <param name="Number">Of the frame in the video, from 0.</param>
/// <param name="Seconds">When it is shown.</param>
/// <param name="X">Where it was cut out of the upright frame, in pixels from the left.</param>
/// <param name="Y">In pixels from the top.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
public readonly record struct JudgedFrame(int Number, double Seconds, int X, int Y, int Width, int Height)
{
    internal static JudgedFrame Create(ReadFrame frame) =>
        new(
            frame.SourceFrame,
            frame.TimeSeconds,
            frame.Rectangle.X,
            frame.Rectangle.Y,
            frame.Rectangle.Width,
            frame.Rectangle.Height
        );
}
