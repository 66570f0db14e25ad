using Argus.Data.Forging;
using Argus.Data.Samples;
using Argus.Tests;
using Xunit;

namespace Argus.Data.Tests.Forging;

public class SoundForgeryTests
{
    [Fact]
    public void The_untouched_twin_is_untouched_and_all_are_as_long_as_before()
    {
        var sound = DrawnClips.Sine(300, 3);
        foreach (var region in Enum.GetValues<ForgedRegion>())
        {
            var (forged, done) = SoundForgery.Apply(sound, region, KeyedRandom.Create("sound", region));
            Assert.Equal(sound.Length, forged.Length);
            Assert.Equal(region == ForgedRegion.Neither, forged.Span.SequenceEqual(sound));
            Assert.Equal(region == ForgedRegion.Neither ? 0 : 1, done.Count);
        }
    }

    [Fact]
    public void A_shift_moves_a_click_by_its_seconds_and_loses_nothing()
    {
        var sound = new float[32_000];
        sound[10_000] = 1;
        Assert.Equal(1, SoundForgery.Shifted(sound, 0.5)[18_000]);
        Assert.Equal(1, SoundForgery.Shifted(sound, -0.5)[2_000]);
        Assert.Equal(1, SoundForgery.Shifted(sound, -1)[26_000]); // what leaves at the front comes in at the end
    }

    [Theory]
    [InlineData(1.08), InlineData(0.93)]
    public void A_stretch_changes_the_length_and_not_the_pitch(double factor)
    {
        var sound = DrawnClips.Sine(200, 2);
        var stretched = SoundForgery.Stretch(sound, factor);
        Assert.InRange(stretched.Length / (double)sound.Length, factor - 0.03, factor + 0.03);
        // 200 Hz crosses zero upwards 200 times a second, whatever the length.
        var middle = stretched.AsSpan(stretched.Length / 4, 16_000);
        var crossings = 0;
        for (var i = 1; i < middle.Length; i++)
            crossings += middle[i - 1] < 0 && middle[i] >= 0 ? 1 : 0;
        Assert.InRange(crossings, 195, 205);
    }

    [Fact]
    public void Shifts_swaps_and_stretches_all_occur_within_their_ranges()
    {
        var sound = DrawnClips.Sine(300, 4);
        var done = Enumerable
            .Range(0, 60)
            .SelectMany(i => SoundForgery.Apply(sound, ForgedRegion.Face, KeyedRandom.Create("ways", i)).Parameters)
            .ToLookup(entry => entry.Key, entry => (double)entry.Value);
        Assert.Equal(["shift_seconds", "stretch", "swap_at_seconds"], done.Select(way => way.Key).Order());
        Assert.All(done["shift_seconds"], value => Assert.InRange(Math.Abs(value), 0.2, 1.5));
        Assert.All(done["stretch"], value => Assert.InRange(Math.Abs(value - 1), 0.05, 0.1));
        Assert.All(done["swap_at_seconds"], value => Assert.InRange(value, 0.35 * 4, 0.65 * 4));
    }
}
