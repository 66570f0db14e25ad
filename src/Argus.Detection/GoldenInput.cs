using System.IO.Hashing;
using System.Text;

namespace Argus.Detection;

/// <summary>
/// An input that any program can make from its name, so that a model's answer to it can be stored beside the model and
/// asked for again.
/// </summary>
public static class GoldenInput
{
    /// <summary>
    /// Values in -2..2: element j is a hash of j and the name's CRC-32 (docs/library.md has the formula).
    /// </summary>
    public static float[] Create(string name, int length)
    {
        var seed = Crc32.HashToUInt32(Encoding.UTF8.GetBytes(name));
        var values = new float[length];
        for (var j = 0; j < length; j++)
        {
            var h = unchecked((uint)j * 2654435761u + seed);
            h ^= h >> 16;
            h = unchecked(h * 0x85ebca6b);
            h ^= h >> 13;
            h = unchecked(h * 0xc2b2ae35);
            h ^= h >> 16;
            values[j] = (float)(2 * (2 * (h / 4294967296.0) - 1));
        }
        return values;
    }
}
