using System.Buffers.Binary;
using Argus.Clips;
using Argus.Tests;
using Argus.Video;
using OpenCvSharp;
using Xunit;

namespace Argus.Tests.Clips;

public class StillPictureTests
{
    // Skia is content with what is there; OpenCV would take two gigabytes for it.
    [Fact]
    public void A_PNG_whose_chunk_claims_more_than_the_file_is_damaged()
    {
        using var folder = new TemporaryFolder();
        using var picture = new Mat(12, 16, MatType.CV_8UC3, Scalar.All(100));
        Cv2.ImEncode(".png", picture, out var bytes);
        folder.Write("whole.png", "");
        File.WriteAllBytes(folder["whole.png"], bytes);
        using (var read = StillPicture.Read(folder["whole.png"]))
            Assert.Equal((16, 12), (read!.Info.Width, read.Info.Height));
        var data = bytes.AsSpan().IndexOf("IDAT"u8);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(data - 4), 0x77000257);
        File.WriteAllBytes(folder["claims.png"], bytes);
        Assert.Throws<UnreadableVideoException>(() => StillPicture.Read(folder["claims.png"]));
    }

    [Fact]
    public void A_picture_of_few_bytes_that_claims_millions_of_pixels_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var picture = new Mat(1, 1, MatType.CV_8UC3, Scalar.All(100));
        Cv2.ImEncode(".bmp", picture, out var bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), 7000);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), 7000);
        File.WriteAllBytes(folder["claims.bmp"], bytes);
        var error = Assert.Throws<UnreadableVideoException>(() => StillPicture.Read(folder["claims.bmp"]));
        Assert.Contains("7000x7000", error.Message, StringComparison.Ordinal);
    }
}
