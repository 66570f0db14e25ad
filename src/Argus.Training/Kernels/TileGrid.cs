using static TorchSharp.torch;

namespace Argus.Training.Kernels;

/// <summary>A square of two pictures, the second of which takes the place of the imaginary part.</summary>
/// <param name="Real">Number of the first picture.</param>
/// <param name="Imaginary">Number of the second; -1 for zeros.</param>
/// <param name="Top">First row; may be negative.</param>
/// <param name="Left">First column; may be negative.</param>
/// <param name="Side">Rows and columns.</param>
internal readonly record struct Tile(int Real, int Imaginary, int Top, int Left, int Side);

/// <summary>How pictures are cut into tiles that a convolution's results cover without overlap.</summary>
/// <param name="Images">Pictures.</param>
/// <param name="Height">Rows of each.</param>
/// <param name="Width">Columns of each.</param>
/// <param name="Kernel">Side of the kernel.</param>
internal readonly record struct TileGrid(int Images, int Height, int Width, int Kernel)
{
    /// <summary>Side of what is transformed.</summary>
    public const int Whole = 16;

    public static TileGrid Create(Tensor x, int kernel) => new((int)x.size(0), (int)x.size(2), (int)x.size(3), kernel);

    private int Side => Whole - Kernel + 1;
    private int Down => (Height + Side - 1) / Side;
    private int Across => (Width + Side - 1) / Side;
    private int Count => (Images + 1) / 2 * Down * Across;

    public int Batches(int together) => (Count + together - 1) / together;

    public (int First, int Count) Batch(int batch, int together) =>
        (batch * together, Math.Min(together, Count - batch * together));

    /// <summary>A tile of results.</summary>
    public Tile At(int number)
    {
        var real = number / (Down * Across) * 2;
        var imaginary = real + 1 < Images ? real + 1 : -1;
        return new(real, imaginary, number / Across % Down * Side, number % Across * Side, Side);
    }

    /// <summary>What a tile of results is made from.</summary>
    public Tile WithMargin(Tile tile) =>
        tile with
        {
            Top = tile.Top - Kernel / 2,
            Left = tile.Left - Kernel / 2,
            Side = Whole,
        };
}
