using Argus.Data.Forging;

namespace Argus.Data.Samples;

/// <summary>
/// Where head and camera are at one frame: lengths in parts of the frame's side, the angle in radians.
/// </summary>
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

/// <summary>
/// Slow sway of head and camera (two sines for each direction), blinks, and a look that jumps now and then.
/// </summary>
internal sealed class Motion
{
    private const double BlinkSeconds = .2;

    private readonly int framesPerSecond;
    private readonly Sway cameraX;
    private readonly Sway cameraY;
    private readonly Sway headX;
    private readonly Sway headY;
    private readonly Sway angle;
    private readonly Sway scale;
    private readonly Sway gaze;
    private readonly double firstBlink;
    private readonly double betweenBlinks;

    private Motion(int framesPerSecond, KeyedRandom random)
    {
        this.framesPerSecond = framesPerSecond;
        cameraX = Sway.Draw(.006, random);
        cameraY = Sway.Draw(.006, random);
        headX = Sway.Draw(.012, random);
        headY = Sway.Draw(.008, random);
        angle = Sway.Draw(.05, random);
        scale = Sway.Draw(.012, random);
        gaze = Sway.Draw(.9, random);
        firstBlink = random.Uniform(.1, 2.2);
        betweenBlinks = random.Uniform(1.4, 3);
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
