using Argus.Views;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Views;

public class LogMelTests
{
    /// <summary>
    /// The reference is libtorch's own <c>stft</c> with the filters that torchaudio documents for
    /// <c>melscale_fbanks(mel_scale="htk", norm=None)</c>.
    /// </summary>
    [Fact]
    public void Log_mel_equals_torchs_transform_with_torchaudios_filters()
    {
        Argus.Training.Native.LibTorch.Load();
        var random = KeyedRandom.Create("mel");
        float[] sound =
        [
            .. Enumerable
                .Range(0, 32_000)
                .Select(i => (float)(0.3 * Math.Sin(i * (0.05 + i * 1e-5)) + 0.02 * random.Normal())),
        ];
        using var scope = NewDisposeScope();
        var power = stft(
                tensor(sound),
                512,
                hop_length: 160,
                win_length: 400,
                window: hann_window(400),
                center: true,
                pad_mode: TorchSharp.PaddingModes.Constant,
                return_complex: true
            )
            .abs()
            .pow(2); // (257, frames)
        static double Mel(double hertz) => 2595 * Math.Log10(1 + hertz / 700);
        var points = (linspace(Mel(0), Mel(8000), 66, ScalarType.Float64) / 2595 * Math.Log(10)).exp().sub(1).mul(700);
        var slopes = points.unsqueeze(0) - linspace(0, 8000, 257, ScalarType.Float64).unsqueeze(1); // (257, 66)
        var widths = points.narrow(0, 1, 65) - points.narrow(0, 0, 65);
        var filters = minimum(
                slopes.narrow(1, 0, 64).neg() / widths.narrow(0, 0, 64),
                slopes.narrow(1, 2, 64) / widths.narrow(0, 1, 64)
            )
            .clamp_min(0); // (257, 64)
        var expected = filters.t().matmul(power.to(ScalarType.Float64)).add(1e-6).log(); // (64, frames)

        var mel = LogMel.Compute(sound, 0, 2);
        for (var column = 0; column < 200; column++)
        {
            for (var band = 0; band < LogMel.Bands; band++)
                Assert.Equal(expected[band, column].item<double>(), mel[column, band], 1e-4);
        }
    }
}
