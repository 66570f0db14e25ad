using System.Runtime.InteropServices;
using Argus.Faces;
using Argus.Pretrained;
using OpenCvSharp;
using Xunit;

namespace Argus.Tests.Faces;

public class FaceDetectorTests
{
    [Theory]
    [InlineData(8, 6)]
    [InlineData(20, 20)]
    [InlineData(32, 32)]
    [InlineData(200, 20)]
    public void A_small_picture_has_the_same_faces_whatever_the_memory_held_before(int width, int height)
    {
        var model = ModelCatalog.FaceDetector;
        Assert.SkipWhen(model is null, "needs the face detector");
        using var picture = new Mat(height, width, MatType.CV_8UC3);
        Cv2.SetTheRNG(7);
        Cv2.Randu(picture, Scalar.All(0), Scalar.All(255));
        var random = new Random(7);
        for (var i = 0; i < 30; i++)
        {
            LeaveBytesBehind(random);
            using var detector = new FaceDetector(model!);
            Assert.Empty(detector.Find(picture));
        }
    }

    private static void LeaveBytesBehind(Random random)
    {
        var blocks = new nint[400];
        for (var i = 0; i < blocks.Length; i++)
        {
            var bytes = new byte[16 + random.Next(60_000)];
            random.NextBytes(bytes);
            blocks[i] = Marshal.AllocHGlobal(bytes.Length);
            Marshal.Copy(bytes, 0, blocks[i], bytes.Length);
        }
        foreach (var block in blocks)
            Marshal.FreeHGlobal(block);
    }
}
