using Argus.Faces;
using OpenCvSharp;

namespace Argus.Views;

/// <summary>
/// Whether the light changes along an outline about the face. A row is a ring of <see cref="Rim"/>. Channels: the steps
/// of the logarithms of luminance, of red over green and of blue over green, against the mean of those a little further
/// in and out; in absolute value. Skin goes on across the ellipse: only what was lit, or coloured, apart has an edge
/// all around.
/// </summary>
internal static class RimLightView
{
    private const int Reach = 3; // rings: 1/16 radius

    public static Mat Compute(ClipInput clip, int place)
    {
        var face = FaceEllipse.Fit(clip.Landmarks[place]);
        using var light = Light(clip.Native[place], Math.Max(0.8, face.RadiusX / 40));
        return Rim.Drawn([.. Rim.Unrolled(light, face).Select(channel => Edges(Rim.Steps(channel, Reach)))], clip.Size);
    }

    private static double[] Edges(double[] steps) =>
        [
            .. steps.Select(
                (step, ring) =>
                    Math.Abs(
                        step
                            - (steps[Math.Max(0, ring - 2 * Reach)] + steps[Math.Min(Rim.Rings - 1, ring + 2 * Reach)])
                                / 2
                    )
            ),
        ];

    // Logarithms of luminance, red over green, blue over green.
    private static Mat Light(Mat native, double blur)
    {
        using var ofBgr = Mat.FromPixelData(
            3,
            3,
            MatType.CV_32FC1,
            new[] { 1 / 3f, 1 / 3f, 1 / 3f, 0, -1, 1, 1, -1, 0 }
        );
        using var logarithms = new Mat();
        Cv2.GaussianBlur(native, logarithms, new Size(0, 0), blur);
        logarithms.ConvertTo(logarithms, MatType.CV_32FC3, 1 / 255.0);
        ShadingView.Logarithm(logarithms);
        var light = new Mat();
        Cv2.Transform(logarithms, light, ofBgr);
        return light;
    }
}
