using Argus.Randomness;

namespace Argus.Forging;

/// <summary>Where head and camera are at one frame: lengths in parts of the frame's side, the angle in radians.</summary>
internal readonly record struct Pose(
    double CameraX,
    double CameraY,
    double HeadX,
    double HeadY,
    double Angle,
    double Scale,
    double EyeOpening,
    double Gaze
);

/// <summary>Slow sway of head and camera (two sines for each direction), blinks, and a look that jumps now and then.</summary>
internal sealed class Motion
{
    private const double BlinkSeconds = .2;

    private readonly int framesPerSecond;
    private readonly Sway cameraX,
        cameraY,
        headX,
        headY,
        angle,
        scale,
        gaze;
    private readonly double firstBlink,
        betweenBlinks;

    private Motion(int framesPerSecond, KeyedRandom random)
    {
        this.framesPerSecond = framesPerSecond;
        (cameraX, cameraY) = (Sway.Draw(.006, random), Sway.Draw(.006, random));
        (headX, headY) = (Sway.Draw(.012, random), Sway.Draw(.008, random));
        (angle, scale, gaze) = (Sway.Draw(.05, random), Sway.Draw(.012, random), Sway.Draw(.9, random));
        (firstBlink, betweenBlinks) = (random.Uniform(.1, 2.2), random.Uniform(1.4, 3));
    }

    public static Motion Draw(int framesPerSecond, KeyedRandom random) => new(framesPerSecond, random);

    public Pose At(int frame)
    {
        var time = (double)frame / framesPerSecond;
        var sinceBlink = time < firstBlink ? double.PositiveInfinity : (time - firstBlink) % betweenBlinks;
        var open = sinceBlink < BlinkSeconds ? Math.Abs(2 * sinceBlink / BlinkSeconds - 1) : 1;
        return new Pose(
            cameraX.At(time),
            cameraY.At(time),
            headX.At(time),
            headY.At(time),
            angle.At(time),
            1 + scale.At(time),
            open,
            Math.Round(gaze.At(time) * 1.5) / 1.5
        );
    }

    private sealed record Sway(double Amplitude, double Slow, double Fast, double PhaseSlow, double PhaseFast)
    {
        public static Sway Draw(double amplitude, KeyedRandom random) =>
            new(
                amplitude,
                random.Uniform(1, 2.5),
                random.Uniform(3, 5),
                random.Uniform(0, 2 * Math.PI),
                random.Uniform(0, 2 * Math.PI)
            );

        public double At(double time) =>
            Amplitude * (.75 * Math.Sin(Slow * time + PhaseSlow) + .25 * Math.Sin(Fast * time + PhaseFast));
    }
}
