using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>Sums that a pass leaves: <c>(images, groups, slots, parts, lanes)</c>, read by channel.</summary>
internal sealed unsafe class Sums : IDisposable
{
    private readonly Tensor values;
    private readonly float* start;
    private readonly Pixels pixels;
    private readonly int parts;
    private readonly int lanes;

    public Sums(Pixels pixels, int parts)
    {
        this.pixels = pixels;
        this.parts = parts;
        lanes = pixels.Lanes;
        values = zeros((long)pixels.Images * pixels.Groups * pixels.Slots * parts * lanes);
        start = Pixels.Start(values);
    }

    /// <summary>Lets an operator hold them until its backward pass is done.</summary>
    public Sums KeepFor(Operator owner)
    {
        owner.Own(values);
        return this;
    }

    public float* At(int image, int group, int slot) =>
        start + (((nint)image * pixels.Groups + group) * pixels.Slots + slot) * parts * lanes;

    public float this[int image, int group, int channel, int part]
    {
        get
        {
            var slot = channel / lanes;
            return At(image, group, slot)[part * lanes + channel - pixels.Channel(slot)];
        }
    }

    /// <summary>
    /// Mean and variance of a channel, of moments: sums of x - k, of its square, and k, which may differ.
    /// </summary>
    public (double Mean, double Variance) Moments(int channel)
    {
        var slot = channel / lanes;
        var step = (nint)pixels.Slots * parts * lanes;
        float* first = At(0, 0, slot) + channel - pixels.Channel(slot);
        var sets = pixels.Images * pixels.Groups;
        double count = pixels.PerGroup;
        double total = 0;
        float* at = first;
        for (var set = 0; set < sets; set++, at += step)
            total += at[0] / count + at[2 * lanes];
        var mean = total / sets;
        double squares = 0;
        at = first;
        for (var set = 0; set < sets; set++, at += step)
        {
            var difference = at[0] / count + at[2 * lanes] - mean;
            squares += at[lanes] - at[0] / count * at[0] + count * difference * difference;
        }
        return (mean, Math.Max(0, squares / (sets * count)));
    }

    /// <summary>A part over the pixels of a group: <c>(N, C, G, G)</c>, channels-last.</summary>
    public Tensor Averages(int part)
    {
        var averages = empty(pixels.Images, pixels.Grid, pixels.Grid, pixels.Channels);
        var to = Pixels.Start(averages);
        for (var image = 0; image < pixels.Images; image++)
        {
            for (var group = 0; group < pixels.Groups; group++)
            {
                for (var channel = 0; channel < pixels.Channels; channel++)
                    *to++ = this[image, group, channel, part] / pixels.PerGroup;
            }
        }
        return averages.permute(0, 3, 1, 2);
    }

    public void Dispose() => values.Dispose();
}
