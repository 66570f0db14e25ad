using OpenCvSharp;

namespace Argus.Views;

/// <summary>Change from frame to frame, RGB, of full scale 1. At the clip's ends the nearest frame repeats.</summary>
public static class DifferenceView
{
    /// <summary>x(t) - x(t-1).</summary>
    public static Mat First(ClipInput clip, int place) => Sum((clip.Frame(place), 1), (clip.Frame(place - 1), -1));

    /// <summary>x(t+1) - 2x(t) + x(t-1).</summary>
    public static Mat Second(ClipInput clip, int place) => Sum((clip.Frame(place + 1), 1), (clip.Frame(place), -2), (clip.Frame(place - 1), 1));

    private static Mat Sum(params ReadOnlySpan<(Mat Frame, double Weight)> terms)
    {
        var sum = new Mat(terms[0].Frame.Size(), MatType.CV_32FC3, Scalar.All(0));
        using var term = new Mat();
        foreach (var (frame, weight) in terms)
        {
            frame.ConvertTo(term, MatType.CV_32FC3, weight / 255);
            Cv2.Add(sum, term, sum);
        }
        Cv2.CvtColor(sum, sum, ColorConversionCodes.BGR2RGB);
        return sum;
    }
}
