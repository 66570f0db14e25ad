using Argus.Data.Forging;
using Argus.Faces;
using OpenCvSharp;
using VideoWriter = Argus.Video.VideoWriter;

namespace Argus.Data.Samples;

/// <summary>
/// A drawn person talking to the camera: frames as the camera took them, where the face is, and the voice.
/// </summary>
internal sealed class Recording : IDisposable
{
    /// <summary>
    /// Seconds of voice before the first and after the last frame, so that a shifted voice needs no padding.
    /// </summary>
    public const double VoiceMargin = .6;

    private const int Oversampling = 2;
    private const int Margin = 16; // pixels of room beyond the frame: the camera sways by less

    private readonly float[] voice;
    private readonly int voiceSamples;

    private Recording(Mat[] frames, FaceEllipse[] faces, float[] voice, int voiceSamples)
    {
        Frames = frames;
        Faces = faces;
        this.voice = voice;
        this.voiceSamples = voiceSamples;
    }

    public IReadOnlyList<Mat> Frames { get; }
    public IReadOnlyList<FaceEllipse> Faces { get; }

    /// <summary>
    /// The voice along the frames, or from that many seconds later (at most <see cref="VoiceMargin"/> either way).
    /// </summary>
    public ReadOnlyMemory<float> Voice(double shiftSeconds = 0)
    {
        var start = (int)
            Math.Round((VoiceMargin + Math.Clamp(shiftSeconds, -VoiceMargin, VoiceMargin)) * VideoWriter.SampleRateHz);
        return voice.AsMemory(start, voiceSamples);
    }

    /// <summary>A function of the key alone: each key is another person in another room.</summary>
    public static Recording Draw(ulong key, int size, int frameCount, int framesPerSecond)
    {
        var person = Person.Draw(KeyedRandom.Create("person", key));
        var random = KeyedRandom.Create("recording", key);
        var seconds = (double)frameCount / framesPerSecond;
        var voice = person.Voice.Speak(seconds + 2 * VoiceMargin, random);
        var opening = Samples.Voice.MouthOpening(
            voice,
            (int)(VoiceMargin * VideoWriter.SampleRateHz),
            framesPerSecond,
            frameCount
        );

        var side = size * Oversampling;
        using var room = Room.Draw(person, side, Margin, random);
        using var portrait = new Portrait(person, side, random);
        var sway = Motion.Draw(framesPerSecond, random);
        using Mat canvas = new();
        using Mat head = new();
        using Mat movedHead = new();
        using Mat movedMask = new();
        using Mat small = new();
        var frames = new Mat[frameCount];
        var faces = new FaceEllipse[frameCount];
        for (var t = 0; t < frameCount; t++)
        {
            var pose = sway.At(t);
            using (
                var camera = Mat.FromPixelData(
                    2,
                    3,
                    MatType.CV_64FC1,
                    new[] { 1, 0, pose.CameraX * side - Margin, 0, 1, pose.CameraY * side - Margin }
                )
            )
                Cv2.WarpAffine(
                    room,
                    canvas,
                    camera,
                    new Size(side, side),
                    InterpolationFlags.Linear,
                    BorderTypes.Reflect101
                );
            portrait.Draw(head, opening[t], pose.EyeOpening, pose.Gaze);

            var (matrix, face) = Place(person, pose, side);
            using (matrix)
            {
                Cv2.WarpAffine(
                    head,
                    movedHead,
                    matrix,
                    new Size(side, side),
                    InterpolationFlags.Linear,
                    BorderTypes.Reflect101
                );
                Cv2.WarpAffine(
                    portrait.Mask,
                    movedMask,
                    matrix,
                    new Size(side, side),
                    InterpolationFlags.Linear,
                    BorderTypes.Constant
                );
            }
            Blending.Over(canvas, movedHead, movedMask);

            var frame = new Mat();
            Cv2.Resize(canvas, frame, new Size(size, size), 0, 0, InterpolationFlags.Area);
            Cv2.GaussianBlur(frame, frame, new Size(3, 3), person.FocusBlur);
            Grain.AddTo(frame, person.NoiseDeviation, random);
            frames[t] = frame;
            faces[t] = face;
        }
        return new Recording(frames, faces, voice, (int)Math.Round(seconds * VideoWriter.SampleRateHz));
    }

    public void Dispose()
    {
        foreach (var frame in Frames)
            frame.Dispose();
    }

    // The head turns about the neck: a similarity of the whole canvas, and the face's ellipse after it, in frame
    // pixels.
    private static (Mat Matrix, FaceEllipse Face) Place(Person person, Pose pose, int side)
    {
        double neckX = person.CenterX * side;
        double neckY = (person.CenterY + person.RadiusY) * side;
        double cos = pose.Scale * Math.Cos(pose.Angle);
        double sin = pose.Scale * Math.Sin(pose.Angle);
        var x = neckX * (1 - cos) + neckY * sin + (pose.CameraX + pose.HeadX) * side;
        var y = neckY * (1 - cos) - neckX * sin + (pose.CameraY + pose.HeadY) * side;
        double restX = person.CenterX * side;
        double restY = person.CenterY * side;
        double pixels = side / Oversampling;
        var face = new FaceEllipse(
            (cos * restX - sin * restY + x) / Oversampling,
            (sin * restX + cos * restY + y) / Oversampling,
            person.RadiusX * pixels * pose.Scale,
            person.RadiusY * pixels * pose.Scale,
            pose.Angle * 180 / Math.PI
        );
        return (Mat.FromPixelData(2, 3, MatType.CV_64FC1, new[] { cos, -sin, x, sin, cos, y }), face);
    }
}
