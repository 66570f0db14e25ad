using Argus.Specialists;
using Xunit;

namespace Argus.Tests.Specialists;

public class SuitabilityTests
{
    [Theory]
    [InlineData(false, 77, null, null)]
    [InlineData(false, 54, null, "the face is 54 pixels wide, less than 64")]
    [InlineData(true, 77, null, "the video has no sound")]
    [InlineData(true, 77, "", "nobody speaks")]
    [InlineData(true, 77, "7,9", "nobody speaks")] // elsewhere in the video
    [InlineData(true, 77, "1.9,2.6", null)]
    public void A_specialist_says_what_it_cannot_judge(bool hears, double faceWidth, string? speech, string? reason)
    {
        double[]? stretches = speech?.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(double.Parse).ToArray();
        var clip = new ClipFacts(faceWidth, FromSeconds: 2.0, ToSeconds: 2.56, stretches);
        Assert.Equal(reason, Suitability.FindReasonToAbstain(hears, clip));
    }

    [Fact]
    public void Whole_pictures_have_no_face_that_could_be_too_small() =>
        Assert.Null(Suitability.FindReasonToAbstain(hears: false, new ClipFacts(null, 0, 1, null)));
}
