using System.Buffers.Binary;
using System.Text;

namespace Argus.Training.Native;

/// <summary>
/// libLibTorchSharp.so asks for GLIBCXX_3.4.32 for the sake of one symbol that nothing relocates against, so it would
/// run on Debian 12 and Ubuntu 22.04 (GLIBCXX_3.4.30) if the loader let it. Marking that one needed version weak
/// (<c>VER_FLG_WEAK</c> in <c>vna_flags</c>, System V gABI symbol versioning) turns the refusal into a warning.
/// </summary>
public static class ElfVersionMend
{
    private const int SectionTypeVersionNeeds = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort WeakFlag = 2; // VER_FLG_WEAK

    /// <summary>
    /// Marks every needed version called <paramref name="version"/> weak. Returns how many there were.
    /// </summary>
    /// <param name="elf">A 64-bit little-endian ELF file, changed in place.</param>
    /// <exception cref="ArgusException">The bytes are not such a file.</exception>
    public static int MarkWeak(Span<byte> elf, string version)
    {
        if (elf.Length < 64 || !elf[..6].SequenceEqual<byte>([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
            throw new ArgusException("Not a 64-bit little-endian ELF library.");

        var marked = 0;
        var sectionTable = (int)BinaryPrimitives.ReadUInt64LittleEndian(elf[0x28..]);
        int entrySize = U16(elf, 0x3A);
        int sections = U16(elf, 0x3C);
        for (var i = 0; i < sections; i++)
        {
            var header = sectionTable + i * entrySize;
            if (U32(elf, header + 4) != SectionTypeVersionNeeds)
                continue;
            var names = SectionOffset(elf, sectionTable + (int)U32(elf, header + 40) * entrySize);
            var need = SectionOffset(elf, header);
            for (var needs = U32(elf, header + 44); needs > 0; needs--)
            {
                var auxiliary = need + (int)U32(elf, need + 8);
                for (int left = U16(elf, need + 2); left > 0; left--)
                {
                    if (NameAt(elf, names + (int)U32(elf, auxiliary + 8)) == version)
                    {
                        BinaryPrimitives.WriteUInt16LittleEndian(
                            elf[(auxiliary + 4)..],
                            (ushort)(U16(elf, auxiliary + 4) | WeakFlag)
                        );
                        marked++;
                    }
                    auxiliary += (int)U32(elf, auxiliary + 12);
                }
                need += (int)U32(elf, need + 12);
            }
        }
        return marked;
    }

    private static int SectionOffset(ReadOnlySpan<byte> elf, int header) =>
        (int)BinaryPrimitives.ReadUInt64LittleEndian(elf[(header + 24)..]);

    private static ushort U16(ReadOnlySpan<byte> elf, int at) => BinaryPrimitives.ReadUInt16LittleEndian(elf[at..]);

    private static uint U32(ReadOnlySpan<byte> elf, int at) => BinaryPrimitives.ReadUInt32LittleEndian(elf[at..]);

    private static string NameAt(ReadOnlySpan<byte> elf, int at) =>
        Encoding.ASCII.GetString(elf.Slice(at, elf[at..].IndexOf((byte)0)));
}
