using System.IO.Compression;
using static TorchSharp.torch;

namespace Argus.Training.Checkpoints;

/// <summary>
/// Reads weights whatever their format, which the content tells and not the name: <c>.pth</c>, <c>.pth.tar</c>,
/// <c>.ckpt</c>, <c>.pkl</c> and <c>.bin</c> may hold any of them.
/// </summary>
internal static class WeightsFile
{
    private const int HeadBytes = 32;
    private const byte PickleStart = 0x80;

    // PyTorch's mark 0x1950a86a20f9469cfc6c as a pickled number.
    private static readonly byte[] LegacyMark =
    [
        0x8a,
        0x0a,
        0x6c,
        0xfc,
        0x9c,
        0x46,
        0xf9,
        0x20,
        0x6a,
        0xa8,
        0x50,
        0x19,
    ];

    /// <summary>The tensors by the names that the file has for them; the caller disposes them.</summary>
    /// <exception cref="ArgusException">It is damaged or holds no weights.</exception>
    public static Dictionary<string, Tensor> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        try
        {
            return Read(file, path, mayBeWrapped: true);
        }
        catch (InvalidDataException error)
        {
            throw new ArgusException(
                $"{path} cannot be read: it is a damaged zip ({error.Message}). Copy or make it anew.",
                error
            );
        }
        catch (Exception error) when (error is OverflowException or KeyNotFoundException or EndOfStreamException)
        {
            throw new ArgusException(
                $"{path} cannot be read: it is damaged ({error.Message}). Copy or make it anew.",
                error
            );
        }
        catch (ArgusException error) when (!error.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new ArgusException($"{path} cannot be read: {error.Message}.", error);
        }
    }

    private static Dictionary<string, Tensor> Read(Stream file, string path, bool mayBeWrapped)
    {
        var head = ReadHead(file);
        file.Position = 0;
        if (IsZip(head))
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            return PyTorchFile.IsPyTorch(zip) ? PyTorchFile.ReadZip(zip)
                : mayBeWrapped ? ReadWrapped(zip, path)
                : throw new ArgusException("it is a zip within a zip that holds no weights");
        }
        if (IsLegacy(head))
            return PyTorchFile.ReadLegacy(ReadAll(file));
        if (IsSafeTensors(head) || Path.GetExtension(path) == ".safetensors")
            return SafeTensors.Read(file, path);
        if (OnnxResNet.IsOnnx(head))
            return OnnxResNet.Read(ReadAll(file));
        throw new ArgusException(
            head is [PickleStart, ..]
                ? "it is a pickle, but not of torch.save; save its state dict there with torch.save"
                : "it is neither a safetensors file nor one of torch.save nor ONNX. Is it damaged, or half a download?"
        );
    }

    // One file of weights, among what else there may be in the zip.
    private static Dictionary<string, Tensor> ReadWrapped(ZipArchive zip, string path)
    {
        var inner = zip.Entries.Where(IsWeights).ToList();
        if (inner.Count == 0)
            throw new ArgusException("it is a zip that holds no weights");
        if (inner.Count > 1)
            throw new ArgusException(
                $"it holds {inner.Count} files of weights, {inner[0].Name} and {inner[1].Name} among them; unpack it "
                    + "and choose one"
            );
        using var stream = inner[0].Open();
        using var bytes = new MemoryStream(ReadAll(stream, inner[0].Length));
        return Read(bytes, path, mayBeWrapped: false);
    }

    private static bool IsWeights(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        var head = ReadHead(stream);
        return IsZip(head) || IsLegacy(head) || IsSafeTensors(head);
    }

    private static byte[] ReadHead(Stream file)
    {
        var head = new byte[HeadBytes];
        return head[..file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false)];
    }

    private static byte[] ReadAll(Stream file) => ReadAll(file, file.Length);

    private static byte[] ReadAll(Stream file, long length)
    {
        if (length > Array.MaxLength)
            throw new ArgusException("it is larger than 2 GiB; save it with a PyTorch of today, not in another zip");
        var bytes = new byte[length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static bool IsZip(byte[] head) => head is [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..];

    private static bool IsLegacy(byte[] head) => head is [PickleStart, ..] && head.AsSpan().IndexOf(LegacyMark) > 0;

    private static bool IsSafeTensors(byte[] head) => head is [_, _, _, _, _, _, _, _, (byte)'{', ..];
}
