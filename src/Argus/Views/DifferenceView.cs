using OpenCvSharp;

namespace Argus.Views;

/// <summary>Change since the frame before, x(t) - x(t-1): RGB, of full scale 1. At the clip's beginning the nearest frame repeats.</summary>
public static class DifferenceView
{
    public static Mat Compute(ClipInput clip, int place)
    {
        var difference = new Mat();
        Cv2.Subtract(clip.Frame(place), clip.Frame(place - 1), difference, null, MatType.CV_32F);
        difference.ConvertTo(difference, -1, 1 / 255.0);
        Cv2.CvtColor(difference, difference, ColorConversionCodes.BGR2RGB);
        return difference;
    }
}
