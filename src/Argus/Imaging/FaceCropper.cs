using OpenCvSharp;

namespace Argus.Imaging;

/// <summary>Finds the largest face with YuNet (Wu et al., 2023) and gives its square crop. Not safe for parallel use.</summary>
public sealed class FaceCropper(string modelPath, double margin) : IDisposable
{
    private const float ScoreThreshold = 0.6f, OverlapThreshold = 0.3f;
    // YuNet was trained on faces of 10 to 300 pixels; larger pictures are searched at this longer side.
    private const int LongestSearchSide = 640;

    // The wrapper fixes the input size at creation; videos of one dataset have few sizes, so the last detector mostly fits.
    private FaceDetectorYN? detector;
    private Size detectorSize;

    /// <summary>The crop's square in the picture's pixels: the face box's longer side times the margin, inside the picture; null without a face.</summary>
    public Rect? Find(Mat bgr)
    {
        var scale = Math.Min(1.0, (double)LongestSearchSide / Math.Max(bgr.Width, bgr.Height));
        using var searched = new Mat();
        Cv2.Resize(bgr, searched, new Size((int)Math.Round(bgr.Width * scale), (int)Math.Round(bgr.Height * scale)), 0, 0, InterpolationFlags.Area);
        using var faces = new Mat();
        DetectorFor(searched.Size()).Detect(searched, faces);
        Rect2d? largest = null;
        var count = faces.Rows;
        for (var i = 0; i < count; i++)
        {
            // Columns: x, y, width, height, five landmarks, score.
            var box = new Rect2d(faces.At<float>(i, 0) / scale, faces.At<float>(i, 1) / scale, faces.At<float>(i, 2) / scale, faces.At<float>(i, 3) / scale);
            if (largest is null || box.Width * box.Height > largest.Value.Width * largest.Value.Height) largest = box;
        }
        return largest is { } face ? Square(face, bgr.Size()) : null;
    }

    private Rect Square(Rect2d face, Size picture)
    {
        var side = Math.Min((int)Math.Round(Math.Max(face.Width, face.Height) * margin), Math.Min(picture.Width, picture.Height));
        int Inside(double centre, int length) => Math.Clamp((int)Math.Round(centre - side / 2.0), 0, length - side);
        return new Rect(Inside(face.X + face.Width / 2, picture.Width), Inside(face.Y + face.Height / 2, picture.Height), side, side);
    }

    private FaceDetectorYN DetectorFor(Size size)
    {
        if (detector is not null && detectorSize == size) return detector;
        detector?.Dispose();
        try
        {
            detector = FaceDetectorYN.Create(modelPath, "", size, ScoreThreshold, OverlapThreshold, 5000);
        }
        catch (OpenCVException error)
        {
            throw new ArgusException($"{modelPath} is not a face model that OpenCV can read. Fetch it again: argus models pull yunet.", error);
        }
        detectorSize = size;
        return detector;
    }

    public void Dispose() => detector?.Dispose();
}
