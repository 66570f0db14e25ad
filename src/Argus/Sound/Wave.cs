using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Argus.Sound;

/// <summary>
/// 16-bit mono PCM in a RIFF file (Multimedia Programming Interface and Data Specifications 1.0, 1991).
/// </summary>
internal static class Wave
{
    public const int HeaderBytes = 44;

    public static byte[] Write(ReadOnlySpan<short> samples, int sampleRateHz)
    {
        var file = new byte[HeaderBytes + samples.Length * 2];
        var data = samples.Length * 2;
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), 36 + data);
        "WAVEfmt "u8.CopyTo(file.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), 1); // PCM
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), 1); // channels
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), sampleRateHz);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), sampleRateHz * 2);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(32), 2); // bytes a sample
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(34), 16);
        "data"u8.CopyTo(file.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), data);
        MemoryMarshal.AsBytes(samples).CopyTo(file.AsSpan(HeaderBytes));
        return file;
    }

    /// <summary>The samples of a file that <see cref="Write"/> wrote.</summary>
    /// <exception cref="ArgusException">The file is shorter than its header.</exception>
    public static short[] Read(ReadOnlySpan<byte> file) =>
        file.Length >= HeaderBytes
            ? MemoryMarshal.Cast<byte, short>(file[HeaderBytes..]).ToArray()
            : throw new ArgusException($"A WAV file of {file.Length} bytes is cut off within its header.");
}
