namespace Argus.Training.Kernels;

/// <summary>
/// Pictures that tiles are cut from: channels-last, two at a time, the second as the imaginary part of the first. What
/// is linear and real (a convolution) works on both at once.
/// </summary>
/// <param name="Real">The first picture.</param>
/// <param name="Imaginary">The second one; null for zeros.</param>
/// <param name="Height">Rows of a picture.</param>
/// <param name="Width">Pixels of a row.</param>
/// <param name="Channels">Floats of a pixel.</param>
internal readonly unsafe record struct PicturePair(nint Real, nint Imaginary, int Height, int Width, int Channels);

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
    public nint Row => Slots * Complex;

    // A line of the cache more, so that what is written for one frequency after the other does not fall into one set.
    /// <summary>Floats from a frequency to the next.</summary>
    public nint Step => rows * Row + 16;

    /// <summary>Floats of a spectrum.</summary>
    public nint Length => Frequencies * Step;

    /// <summary>Floats that <see cref="Read"/> and <see cref="Write"/> work in.</summary>
    public static int Scratch => (int)(Frequencies * Complex + Size * Complex) + Fourier<TVector>.Scratch;

    /// <summary>First channel of a slot.</summary>
    public int Channel(int slot) => Math.Min(slot * TVector.Lanes, channels - TVector.Lanes);

    /// <summary>Lanes at a slot's beginning whose channels the slot before it has.</summary>
    public int Repeated(int slot) => slot * TVector.Lanes - Channel(slot);

    /// <summary>Transforms a tile; what lies outside of the pictures or of the tile's extent is 0.</summary>
    /// <param name="from">The pictures.</param>
    /// <param name="top">The tile's first row; may be negative.</param>
    /// <param name="left">Its first column; may be negative.</param>
    /// <param name="extent">Rows and columns that are read, at most 16.</param>
    /// <param name="sign">What the imaginary part is multiplied with.</param>
    /// <param name="spectrum">The row of the first frequency that is written.</param>
    /// <param name="scratch">Room for <see cref="Scratch"/> floats.</param>
    public void Read(PicturePair from, int top, int left, int extent, float sign, float* spectrum, float* scratch)
    {
        float* line = scratch + Frequencies * Complex;
        float* between = line + Size * Complex;
        nint lanes = TVector.Lanes;
        var firstRow = Math.Max(0, -top);
        var endRow = Math.Min(extent, from.Height - top);
        var first = Math.Max(0, -left);
        var end = Math.Min(extent, from.Width - left);
        var signs = TVector.Create(sign);
        for (var x = 0; x < Size; x++)
        {
            TVector zero = default;
            zero.Store(line + x * Complex);
            zero.Store(line + x * Complex + lanes);
        }
        for (var slot = 0; slot < Slots; slot++)
        {
            for (var y = 0; y < Size; y++)
            {
                float* row = scratch + y * Size * Complex;
                if (y < firstRow || y >= endRow)
                {
                    new Span<float>(row, (int)(Size * Complex)).Clear();
                    continue;
                }
                var offset = ((nint)(top + y) * from.Width + left + first) * channels + Channel(slot);
                float* real = (float*)from.Real + offset;
                float* imaginary = from.Imaginary == 0 ? null : (float*)from.Imaginary + offset;
                for (var x = first; x < end; x++, real += channels)
                {
                    TVector.Load(real).Store(line + x * Complex);
                    if (imaginary == null)
                        continue;
                    (TVector.Load(imaginary) * signs).Store(line + x * Complex + lanes);
                    imaginary += channels;
                }
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

    /// <summary>The inverse of <see cref="Read"/>, times 256: writes the tile's part that lies in the pictures.</summary>
    /// <param name="spectrum">The row of the first frequency that is read.</param>
    /// <param name="to">The pictures.</param>
    /// <param name="top">The tile's first row.</param>
    /// <param name="left">Its first column.</param>
    /// <param name="extent">Rows and columns that are written.</param>
    /// <param name="bias">Added to each channel; null for 0.</param>
    /// <param name="scratch">Room for <see cref="Scratch"/> floats.</param>
    public void Write(float* spectrum, PicturePair to, int top, int left, int extent, float* bias, float* scratch)
    {
        float* line = scratch + Frequencies * Complex;
        float* between = line + Size * Complex;
        nint lanes = TVector.Lanes;
        var endRow = Math.Min(extent, to.Height - top);
        var end = Math.Min(extent, to.Width - left);
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
                var offset = ((nint)(top + y) * to.Width + left) * channels + Channel(slot);
                float* real = (float*)to.Real + offset;
                float* imaginary = to.Imaginary == 0 ? null : (float*)to.Imaginary + offset;
                for (var x = 0; x < end; x++, real += channels)
                {
                    (TVector.Load(line + x * Complex) + more).Store(real);
                    if (imaginary == null)
                        continue;
                    (TVector.Load(line + x * Complex + lanes) + more).Store(imaginary);
                    imaginary += channels;
                }
            }
        }
    }
}
