namespace Argus.Training.Kernels;

/// <summary>
/// Takes tiles of pictures to their spectra and back. A spectrum holds, frequency by frequency, rows (of tiles, or of a
/// kernel's input channels) of slots: a register of real parts and one of imaginary parts.
/// </summary>
/// <param name="channels">Channels of the pictures; the last slot ends with the last channel.</param>
/// <param name="rows">Rows of each frequency.</param>
internal readonly unsafe struct TileTransform<TVector>(int channels, int rows)
    where TVector : struct, IVector<TVector>
{
    private const int Size = Fourier<TVector>.Size;
    public const int Frequencies = Size * Size;

    private static nint Complex => Fourier<TVector>.Complex;

    public int Slots { get; } = (channels + TVector.Lanes - 1) / TVector.Lanes;

    /// <summary>Floats of a row.</summary>
    public nint Row { get; } = (channels + TVector.Lanes - 1) / TVector.Lanes * Complex;

    // A line of the cache more, so that what is written for one frequency after the other does not fall into one set.
    /// <summary>Floats from a frequency to the next.</summary>
    public nint Step { get; } = rows * ((channels + TVector.Lanes - 1) / TVector.Lanes) * Complex + 16;

    /// <summary>Floats of a spectrum.</summary>
    public nint Length => Frequencies * Step;

    /// <summary>Floats that <see cref="Read"/> and <see cref="Write"/> work in.</summary>
    public static int Scratch => (int)(Frequencies * Complex + Size * Complex) + Fourier<TVector>.Scratch;

    /// <summary>First channel of a slot.</summary>
    public int Channel(int slot) => Math.Min(slot * TVector.Lanes, channels - TVector.Lanes);

    /// <summary>Lanes at a slot's beginning whose channels the slot before it has.</summary>
    public int Repeated(int slot) => slot * TVector.Lanes - Channel(slot);

    /// <summary>Transforms a tile; what lies outside of it or of the pictures is 0.</summary>
    /// <param name="from">The pictures.</param>
    /// <param name="tile">The tile.</param>
    /// <param name="sign">What the second picture is multiplied with.</param>
    /// <param name="spectrum">The row of the first frequency that is written.</param>
    /// <param name="scratch">Room for <see cref="Scratch"/> floats.</param>
    public void Read<TSource>(TSource from, Tile tile, float sign, float* spectrum, float* scratch)
        where TSource : struct, ITileSource
    {
        float* line = scratch + Frequencies * Complex;
        float* between = line + Size * Complex;
        nint lanes = TVector.Lanes;
        var firstRow = Math.Max(0, -tile.Top);
        var endRow = Math.Min(tile.Side, from.Height - tile.Top);
        var first = Math.Max(0, -tile.Left);
        var count = Math.Min(tile.Side, from.Width - tile.Left) - first;
        new Span<float>(line, (int)(Size * Complex)).Clear();
        float* start = line + first * Complex;
        for (var slot = 0; slot < Slots; slot++)
        {
            var channel = Channel(slot);
            for (var y = 0; y < Size; y++)
            {
                float* row = scratch + y * Size * Complex;
                if (y < firstRow || y >= endRow)
                {
                    new Span<float>(row, (int)(Size * Complex)).Clear();
                    continue;
                }
                from.Copy(tile.Real, tile.Top + y, tile.Left + first, count, channel, 1, start, Complex);
                if (tile.Imaginary >= 0)
                    from.Copy(
                        tile.Imaginary,
                        tile.Top + y,
                        tile.Left + first,
                        count,
                        channel,
                        sign,
                        start + lanes,
                        Complex
                    );
                Fourier<TVector>.Line(line, line + lanes, Complex, row, row + lanes, Complex, between);
            }
            for (var x = 0; x < Size; x++)
            {
                float* column = scratch + x * Complex;
                float* to = spectrum + slot * Complex + x * Step;
                Fourier<TVector>.Line(column, column + lanes, Size * Complex, to, to + lanes, Size * Step, between);
            }
        }
    }

    /// <summary>The inverse, times 256: writes the tile's part that lies in the pictures.</summary>
    /// <param name="spectrum">The row of the first frequency that is read.</param>
    /// <param name="to">The pictures.</param>
    /// <param name="tile">The tile; it begins inside of them.</param>
    /// <param name="bias">Added to each channel; null for 0.</param>
    /// <param name="scratch">Room for <see cref="Scratch"/> floats.</param>
    public void Write(float* spectrum, Pictures<TVector> to, Tile tile, float* bias, float* scratch)
    {
        float* line = scratch + Frequencies * Complex;
        float* between = line + Size * Complex;
        nint lanes = TVector.Lanes;
        var endRow = Math.Min(tile.Side, to.Height - tile.Top);
        var end = Math.Min(tile.Side, to.Width - tile.Left);
        for (var slot = 0; slot < Slots; slot++)
        {
            for (var x = 0; x < Size; x++)
            {
                float* column = scratch + x * Complex;
                float* from = spectrum + slot * Complex + x * Step;
                Fourier<TVector>.Line(from + lanes, from, Size * Step, column + lanes, column, Size * Complex, between);
            }
            TVector more = bias == null ? default : TVector.Load(bias + Channel(slot));
            for (var y = 0; y < endRow; y++)
            {
                float* row = scratch + y * Size * Complex;
                Fourier<TVector>.Line(row + lanes, row, Complex, line + lanes, line, Complex, between);
                float* real = to.At(tile.Real, tile.Top + y, tile.Left) + Channel(slot);
                float* imaginary = tile.Imaginary < 0 ? null : to.At(tile.Imaginary, tile.Top + y, tile.Left);
                for (var x = 0; x < end; x++, real += channels)
                {
                    (TVector.Load(line + x * Complex) + more).Store(real);
                    if (imaginary == null)
                        continue;
                    (TVector.Load(line + x * Complex + lanes) + more).Store(imaginary + Channel(slot));
                    imaginary += channels;
                }
            }
        }
    }
}
