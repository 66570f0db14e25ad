using Argus.Sound;
using Argus.Tests;
using Argus.Video;
using Xunit;

namespace Argus.Tests.Sound;

public class SoundTests
{
    private const int Rate = 16_000;

    [Fact]
    public void A_voice_between_silences_is_found_to_the_hundredth_of_a_second()
    {
        var samples = new short[3 * Rate];
        Voice(samples.AsSpan(Rate, Rate));
        var speech = VoiceActivity.FindSpeech(samples, Rate);
        Assert.Equal(2, speech.Count);
        Assert.Equal(
            (1.0, 2.0),
            (speech[0], speech[1]),
            (a, b) => Math.Abs(a.Item1 - b.Item1) < 0.06 && Math.Abs(a.Item2 - b.Item2) < 0.06
        );
        Assert.Equal(1.0, VoiceActivity.LeadingSilence(samples, Rate), 0.011);
    }

    [Fact]
    public void A_voice_is_found_in_noise_and_noise_or_hum_alone_is_none()
    {
        var random = new KeyedRandom(1);
        short[] Noise() => [.. Enumerable.Range(0, 3 * Rate).Select(_ => (short)(100 * random.Normal()))];
        Assert.Empty(VoiceActivity.FindSpeech(Noise(), Rate));
        Assert.Empty(
            VoiceActivity.FindSpeech(
                [.. Enumerable.Range(0, 3 * Rate).Select(i => (short)(3000 * Math.Sin(2 * Math.PI * 50 * i / Rate)))],
                Rate
            )
        );
        var noisy = Noise();
        var voice = new short[Rate];
        Voice(voice);
        for (var i = 0; i < voice.Length; i++)
            noisy[Rate + i] += voice[i];
        var speech = VoiceActivity.FindSpeech(noisy, Rate);
        Assert.InRange(speech[0], 0.9, 1.2);
        Assert.InRange(speech[^1], 1.8, 2.1);
        Assert.Equal(3.0, VoiceActivity.LeadingSilence(new short[3 * Rate], Rate));
    }

    [Fact]
    public void Nothing_is_no_speech()
    {
        Assert.Empty(VoiceActivity.FindSpeech([], Rate));
        Assert.Equal(0, VoiceActivity.LeadingSilence([], Rate));
    }

    [Fact]
    public async Task Real_speech_is_found()
    {
        using var folder = new TemporaryFolder();
        foreach (var clip in Directory.EnumerateFiles(Shared.File("clips"), "speech_*.mp4").Order())
        {
            // The pictures are of no interest here, and large.
            string[] black = ["-f", "lavfi", "-i", "color=size=64x64:rate=5"];
            var small = await Videos.RunAsync(
                folder["small.mp4"],
                ["-i", clip, .. black, "-map", "0:a", "-map", "1:v", "-t", "12", "-pix_fmt", "yuv420p"]
            );
            var samples = await ReadAsync(small, folder["sound"]);
            var speech = VoiceActivity.FindSpeech(samples, Rate);
            Assert.True(
                speech.Chunk(2).Sum(stretch => stretch[1] - stretch[0]) > 0.4 * samples.Length / Rate,
                $"{clip}: {string.Join(' ', speech)}"
            );
        }
    }

    [Fact]
    public async Task A_wave_file_is_what_ffmpeg_understands_and_reads_back()
    {
        using var folder = new TemporaryFolder();
        short[] samples = [.. Enumerable.Range(0, 1600).Select(i => (short)(i * 20 - 16000))];
        await File.WriteAllBytesAsync(folder["a.wav"], Wave.Write(samples, Rate));
        Assert.Throws<ArgusException>(() => Wave.Read(new byte[Wave.HeaderBytes - 1]));
        Assert.Equal(samples, Wave.Read(await File.ReadAllBytesAsync(folder["a.wav"])));
        await Videos.RunAsync(folder["a.raw"], ["-i", folder["a.wav"], "-f", "s16le"]);
        Assert.Equal(Wave.Write(samples, Rate)[Wave.HeaderBytes..], await File.ReadAllBytesAsync(folder["a.raw"]));
    }

    /// <summary>
    /// A flash in frame 10 (at 1.0 s) and a click with it; the sound's stream begins earlier or later than the
    /// picture's.
    /// </summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(-0.3)]
    public async Task Sound_is_aligned_with_the_frames_by_presentation_time(double soundStart)
    {
        using var folder = new TemporaryFolder();
        var flash = await Videos.RunAsync(
            folder["flash.mkv"],
            [
                "-f",
                "lavfi",
                "-i",
                "color=black:size=32x32:rate=10,format=gray,geq=lum='if(eq(N,10),255,0)'",
                "-frames:v",
                "20",
                "-c:v",
                "ffv1",
            ]
        );
        var at = 1.0 - soundStart;
        var click = await Videos.RunAsync(
            folder["click.wav"],
            [
                "-f",
                "lavfi",
                "-i",
                FormattableString.Invariant(
                    $"aevalsrc='0.8*between(t,{at},{at + 0.02})*sin(2*PI*1000*t)':s=16000:d=2.5"
                ),
            ]
        );
        string[] offset =
            soundStart >= 0
                ? ["-i", flash, "-itsoffset", FormattableString.Invariant($"{soundStart}"), "-i", click]
                : ["-itsoffset", FormattableString.Invariant($"{-soundStart}"), "-i", flash, "-i", click];
        var video = await Videos.RunAsync(
            folder["both.mkv"],
            [.. offset, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "pcm_s16le"]
        );
        var info = await VideoProbe.ReadAsync(video, CancellationToken.None);
        Assert.Equal(1.0, info.FrameTimesSeconds[10], 3);
        var samples = await ReadAsync(video, folder["sound"]);
        var first = Array.FindIndex(samples, sample => Math.Abs((int)sample) > 3000);
        Assert.Equal(1.0, (double)first / Rate, 0.003);
        Assert.Equal(2.0, (double)samples.Length / Rate, 0.05);
    }

    private static async Task<short[]> ReadAsync(string video, string file)
    {
        File.Delete(file);
        await FrameReader.ReadAsync(
            video,
            await VideoProbe.ReadAsync(video, CancellationToken.None),
            [0],
            file,
            (_, frame) => frame.Dispose(),
            CancellationToken.None
        );
        return System
            .Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(await File.ReadAllBytesAsync(file))
            .ToArray();
    }

    // A buzz of 120 pulses a second through two resonances: what a voiced sound is.
    private static void Voice(Span<short> samples)
    {
        for (var i = 0; i < samples.Length; i++)
        {
            var phase = i % (Rate / 120) / (double)Rate;
            samples[i] += (short)(
                6000 * Math.Exp(-phase * 300) * Math.Sin(2 * Math.PI * 700 * phase)
                + 3000 * Math.Exp(-phase * 400) * Math.Sin(2 * Math.PI * 1800 * phase)
            );
        }
    }
}
