using Argus.Faces;
using OpenCvSharp;

namespace Argus.Views;

/// <summary>
/// Whether fine detail begins or ends along an outline about the face. A row is a ring of <see cref="Rim"/>. Channels:
/// the absolute steps of three logarithms: the energy of detail finer than about two pixels over that of two to four;
/// over that of four to eight; that energy itself. What was scaled down and up again has lost the finest detail, and
/// only that.
/// </summary>
internal static class RimDetailView
{
    private const int Reach = 10;
    private const int Gap = 2; // rings: 0.2 radii, and what blending blurs
    private const double Finest = 0.7;
    private const double Area = 2;
    private const double Least = 0.05; // pixels; pixels; grey levels squared: what rounding leaves

    public static Mat Compute(ClipInput clip, int place)
    {
        using var detail = Detail(clip.Native[place]);
        return Rim.Drawn(
            [
                .. Rim.Unrolled(detail, FaceEllipse.Fit(clip.Landmarks[place]))
                    .Select(channel => Rim.Steps(channel, Reach, Gap).Select(Math.Abs).ToArray()),
            ],
            clip.Size
        );
    }

    private static Mat Detail(Mat native)
    {
        using Mat grey = new();
        using Mat luminance = new();
        using Mat finer = new();
        using Mat coarser = new();
        Cv2.CvtColor(native, grey, ColorConversionCodes.BGR2GRAY);
        grey.ConvertTo(luminance, MatType.CV_32FC1);
        var smooth = new[] { 1, 2, 4 }
            .Select(times => Blurred(luminance, times * Finest))
            .Prepend(luminance.Clone())
            .ToList();
        var energies = smooth.Zip(smooth.Skip(1), Energy).ToList();
        Cv2.Subtract(energies[0], energies[1], finer);
        Cv2.Subtract(energies[0], energies[2], coarser);
        var detail = new Mat();
        Cv2.Merge([finer, coarser, energies[0]], detail);
        foreach (var mat in smooth.Concat(energies))
            mat.Dispose();
        return detail;
    }

    // The logarithm of the mean square of what lies between two blurs.
    private static Mat Energy(Mat sharper, Mat softer)
    {
        using Mat between = new();
        Cv2.Subtract(sharper, softer, between);
        Cv2.Multiply(between, between, between);
        var energy = Blurred(between, Area);
        Cv2.Add(energy, Scalar.All(Least), energy);
        Cv2.Log(energy, energy);
        return energy;
    }

    private static Mat Blurred(Mat picture, double sigma)
    {
        var blurred = new Mat();
        Cv2.GaussianBlur(picture, blurred, new Size(0, 0), sigma);
        return blurred;
    }
}
