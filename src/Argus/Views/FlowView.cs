using OpenCvSharp;

namespace Argus.Views;

/// <summary>Dense optical flow (Farnebäck, 2003) from the frame before, and what it does not explain.</summary>
internal static class FlowView
{
    /// <summary>u to the right, v downwards and their magnitude, in hundredths of the picture's side a frame.</summary>
    public static Mat Flow(ClipInput clip, int place)
    {
        var flow = Between(clip, place);
        var parts = Cv2.Split(flow);
        using var magnitude = new Mat();
        Cv2.Magnitude(parts[0], parts[1], magnitude);
        var view = new Mat();
        Cv2.Merge([parts[0], parts[1], magnitude], view);
        foreach (var part in parts)
            part.Dispose();
        view.ConvertTo(view, -1, 100.0 / clip.Size);
        return view;
    }

    /// <summary>x(t) - warp(x(t-1), flow), RGB, of full scale 1.</summary>
    public static Mat WarpError(ClipInput clip, int place)
    {
        var view = new Mat();
        Cv2.Subtract(clip.Frame(place), Warped(clip, place), view, null, MatType.CV_32F);
        view.ConvertTo(view, -1, 1 / 255.0);
        Cv2.CvtColor(view, view, ColorConversionCodes.BGR2RGB);
        return view;
    }

    /// <summary>The frame before, moved along the flow; the clip's.</summary>
    internal static Mat Warped(ClipInput clip, int place) =>
        clip.Once(
            $"warped {place}",
            () =>
            {
                // A pixel's origin is where the flow came from: to first order its own place less the flow there.
                using var places = Places(clip.Size);
                using var origin = new Mat();
                Cv2.Subtract(places, Between(clip, place), origin);
                var warped = new Mat();
                Cv2.Remap(
                    clip.Frame(place - 1),
                    warped,
                    origin,
                    new Mat(),
                    InterpolationFlags.Linear,
                    BorderTypes.Replicate
                );
                return warped;
            }
        );

    /// <summary>Pixels a frame; the clip's.</summary>
    internal static Mat Between(ClipInput clip, int place) =>
        clip.Once(
            $"flow {place}",
            () =>
            {
                using Mat before = new();
                using Mat now = new();
                Cv2.CvtColor(clip.Frame(place - 1), before, ColorConversionCodes.BGR2GRAY);
                Cv2.CvtColor(clip.Frame(place), now, ColorConversionCodes.BGR2GRAY);
                var flow = new Mat();
                Cv2.CalcOpticalFlowFarneback(before, now, flow, 0.5, 3, 15, 2, 5, 1.1, OpticalFlowFlags.None);
                return flow;
            }
        );

    private static Mat<Vec2f> Places(int size)
    {
        var places = new Mat<Vec2f>(size, size);
        var indexer = places.GetIndexer();
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
                indexer[y, x] = new Vec2f(x, y);
        }
        return places;
    }
}
