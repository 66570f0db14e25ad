using Argus.Data.Forging;
using OpenCvSharp;

namespace Argus.Data.Samples;

/// <summary>The lamp of a recording, and the fine texture that everything in it has.</summary>
internal static class Light
{
    /// <summary>
    /// Skin, hair, cloth and wall have the same strength of fine texture (grey levels, at twice the frame's
    /// resolution), so that an untouched video is equally sharp everywhere and sharpness says something when it is not.
    /// </summary>
    public const double TextureDeviation = 11;
    public const double TextureWidth = .9;

    /// <summary>Gains of blue, green and red.</summary>
    public static float[] ChannelGains(Person person) =>
        [(float)Math.Exp(-person.Warmth), 1, (float)Math.Exp(person.Warmth)];

    /// <summary>Brightness of an ellipsoid's surface seen from the front, at (x, y) in its radii (Lambert).</summary>
    public static double OnEllipsoid(Person person, double x, double y)
    {
        var radius = Math.Sqrt(x * x + y * y);
        if (radius > .97)
        {
            x = x * .97 / radius;
            y = y * .97 / radius;
        }
        var z = Math.Sqrt(1 - x * x - y * y);
        double lx = person.LightX * .8;
        double ly = person.LightY * .7;
        double lz = .8;
        var lambert = Math.Max(0, (x * lx + y * ly + z * lz) / Math.Sqrt(lx * lx + ly * ly + lz * lz));
        return person.Exposure * (person.Ambient + (1.12 - person.Ambient) * lambert);
    }

    public static Scalar On(Person person, Scalar colour, double x, double y)
    {
        var gain = OnEllipsoid(person, x, y);
        var channels = ChannelGains(person);
        return new(
            Math.Min(255, colour.Val0 * gain * channels[0]),
            Math.Min(255, colour.Val1 * gain * channels[1]),
            Math.Min(255, colour.Val2 * gain * channels[2])
        );
    }
}
