namespace Argus.Training.Kernels;

/// <summary>Pictures that tiles are read from; channels-last where they lie in memory.</summary>
internal unsafe interface ITileSource
{
    int Height { get; }
    int Width { get; }

    /// <summary>Copies pixels of a row, a register of neighbouring channels of each.</summary>
    /// <param name="image">Number of the picture.</param>
    /// <param name="row">Number of the row.</param>
    /// <param name="first">First pixel.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="channel">First channel.</param>
    /// <param name="sign">What they are multiplied with.</param>
    /// <param name="to">Where the first one goes.</param>
    /// <param name="step">Floats from there to where the next one goes.</param>
    void Copy(int image, int row, int first, int count, int channel, float sign, float* to, nint step);
}

/// <summary>Pictures in memory.</summary>
internal readonly unsafe struct Pictures<TVector>(float* start, int height, int width, int channels) : ITileSource
    where TVector : struct, IVector<TVector>
{
    public int Height => height;
    public int Width => width;

    public float* At(int image, int row, int column) =>
        start + (((nint)image * height + row) * width + column) * channels;

    public void Copy(int image, int row, int first, int count, int channel, float sign, float* to, nint step)
    {
        float* from = At(image, row, first) + channel;
        if (sign == 1)
        {
            for (var i = 0; i < count; i++, from += channels, to += step)
                TVector.Load(from).Store(to);
            return;
        }
        var factor = TVector.Create(sign);
        for (var i = 0; i < count; i++, from += channels, to += step)
            (TVector.Load(from) * factor).Store(to);
    }
}

/// <summary>
/// The gradient of a picture whose normalisation and activation were averaged over the cells of a grid, worked out
/// where it is read; as <see cref="NormPasses{TVector}.Spread"/> with q alone.
/// </summary>
internal readonly unsafe struct PooledGradients<TActivation, TVector>(Pixels pixels, NormPointers at) : ITileSource
    where TActivation : struct, IActivation
    where TVector : struct, IVector<TVector>
{
    private readonly NormPointers at = at;

    public int Height => pixels.Height;
    public int Width => pixels.Width;

    public void Copy(int image, int row, int first, int count, int channel, float sign, float* to, nint step)
    {
        nint channels = pixels.Channels;
        var factor = TVector.Create(sign);
        var scale = TVector.Load(at.A + channel);
        var shift = TVector.Load(at.B + channel);
        var constant = TVector.Load(at.E + channel);
        var linear = TVector.Load(at.F + channel);
        var cellWidth = pixels.Width / pixels.Grid;
        var cells = (image * pixels.Grid + row / (pixels.Height / pixels.Grid)) * pixels.Grid;
        float* from = at.X + (((nint)image * pixels.Height + row) * pixels.Width + first) * channels + channel;
        for (int x = first, end = first + count; x < end; )
        {
            var cell = x / cellWidth;
            var even = TVector.Load(at.Q + (cells + cell) * channels + channel);
            for (var last = Math.Min(end, (cell + 1) * cellWidth); x < last; x++, from += channels, to += step)
            {
                var value = TVector.Load(from);
                var slope = TActivation.Slope(TVector.MultiplyAdd(value, scale, shift), out _) * scale;
                ((even * slope - TVector.MultiplyAdd(value, linear, constant)) * factor).Store(to);
            }
        }
    }
}
