using Argus.Tests;
using Argus.Training.Checkpoints;
using Xunit;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Checkpoints;

/// <summary>Storages of files of PyTorch: where a tensor lies in them, and what they claim.</summary>
public class StorageTests
{
    private static readonly Dictionary<string, (long[], float[])> TwoNumbers = new() { ["a"] = ([2], [1, 2]) };

    // 2^62 elements of 4 bytes are 0 bytes modulo 2^64, as many as the storage has.
    [Fact]
    public void A_storage_of_more_elements_than_numbers_can_count_is_refused()
    {
        using var folder = new TemporaryFolder();
        TorchSave.Zip(
            folder["a.pth"],
            View(elements: 1L << 62, offset: 0, side: 0),
            [
                [],
            ]
        );
        var error = Assert.Throws<ArgusException>(() => Weights.Read(folder["a.pth"]));
        Assert.Contains("is damaged", error.Message, StringComparison.Ordinal);
    }

    // The state dict {"a": a view of one side, of a storage of floats}.
    private static byte[] View(long elements, byte offset, byte side) =>
        [
            .. "\u0080\u0002}X\u0001\0\0\0actorch._utils\n_rebuild_tensor_v2\n(("u8.ToArray().Where(b => b != 0xC2),
            .. "X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\00X\u0003\0\0\0cpu"u8,
            0x8A,
            8,
            .. BitConverter.GetBytes(elements),
            .. "tQ"u8,
            (byte)'K',
            offset,
            (byte)'K',
            side,
            0x85,
            (byte)'K',
            1,
            0x85,
            .. "tRs."u8,
        ];

    [Fact]
    public void A_tensor_may_begin_in_the_middle_of_its_storage()
    {
        using var folder = new TemporaryFolder();
        byte[] storage = [.. new float[] { 1, 2, 3, 4 }.SelectMany(BitConverter.GetBytes)];
        TorchSave.Zip(folder["a.pth"], View(elements: 4, offset: 1, side: 2), [storage]);
        using var weights = Weights.Read(folder["a.pth"]);
        Assert.Equal([2f, 3f], weights.Find("a")!.data<float>().ToArray());
    }

    [Fact]
    public void A_storage_of_another_length_than_its_pickle_says_is_refused()
    {
        using var folder = new TemporaryFolder();
        TorchSave.WriteLegacy(folder["a"], TwoNumbers);
        var bytes = File.ReadAllBytes(folder["a"]);
        // The last storage: its length, 2, and two floats.
        Assert.Equal(2, bytes[^16]);
        bytes[^16] = 1;
        File.WriteAllBytes(folder["a"], bytes);
        Assert.Throws<ArgusException>(() => Weights.Read(folder["a"]));
    }

    [Fact]
    public void A_zip_that_claims_more_than_it_can_hold_is_refused_before_memory_is_taken()
    {
        using var folder = new TemporaryFolder();
        TorchSave.Write(folder["a.pth"], TwoNumbers);
        var bytes = File.ReadAllBytes(folder["a.pth"]);
        // In the zip's directory the name stands 46 bytes after an entry's beginning, its length 24.
        var name = bytes.AsSpan().LastIndexOf("archive/data.pkl"u8);
        BitConverter.TryWriteBytes(bytes.AsSpan(name - 46 + 24), 1 << 25);
        File.WriteAllBytes(folder["a.pth"], bytes);
        var error = Assert.Throws<ArgusException>(() => Weights.Read(folder["a.pth"]));
        Assert.Contains("data.pkl claims 33554432 bytes", error.Message, StringComparison.Ordinal);
    }
}
