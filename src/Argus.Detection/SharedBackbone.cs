using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Argus.Views;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Argus.Detection;

/// <summary>
/// The backbone that the specialists of a models folder share (<c>backbone.shared</c>): it looks at each clip once, and
/// every specialist's module and head start from its map. Safe for use by several threads.
/// </summary>
internal sealed class SharedBackbone : IDisposable
{
    /// <summary>The file's name in a models folder.</summary>
    public const string FileName = "backbone.onnx";

    /// <summary>Its output, and the input of the specialists that share it: <c>(clips, T, C, h, w)</c>.</summary>
    public const string Map = "map";

    /// <summary>Key of the metadata of file and specialists: SHA-256 of the backbone's weights.</summary>
    public const string Weights = "argus.backbone_sha256";

    // Batches whose maps are kept for the specialists that come later: those of a video.
    private const int Kept = 32;

    private readonly InferenceSession session;
    private readonly Lock gate = new();
    private readonly Queue<string> order = new();
    private readonly Dictionary<string, Output> known = [];

    private SharedBackbone(string path, InferenceSession session, string hash) =>
        (Path, this.session, Hash) = (path, session, hash);

    /// <summary>What it found in a batch of clips.</summary>
    /// <param name="Map">The clips' maps, one after another.</param>
    /// <param name="Shape">Of <paramref name="Map"/>: clips, T, C, h, w.</param>
    /// <param name="Features">As <see cref="SpecialistModelFile.FeaturesOutput"/>.</param>
    public sealed record Output(float[] Map, int[] Shape, float[] Features);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>SHA-256 of its weights.</summary>
    public string Hash { get; }

    /// <summary>Loads <see cref="FileName"/> of a folder.</summary>
    /// <param name="threads">Processor cores for one call; 0: all.</param>
    /// <param name="folder">The models folder.</param>
    /// <exception cref="ArgusException">The file is missing, or no backbone.</exception>
    public static SharedBackbone Load(string folder, int threads)
    {
        var path = System.IO.Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new ArgusException($"{path} is missing, which the specialists beside it share. Export them anew.");
        var session = OnnxSession.Open(path, threads);
        if (OnnxSession.ReadMetadata(session, path).TryGetValue(Weights, out var hash))
            return new SharedBackbone(path, session, hash);
        session.Dispose();
        throw new ArgusException($"{path} is no backbone that Argus exported. Export the models anew.");
    }

    /// <summary>Looks at clips, or remembers what it found in them.</summary>
    /// <param name="rgb">Clips <c>(T, 3, S, S)</c>, one after another.</param>
    /// <param name="shape">clips, T, 3, S, S.</param>
    public Output Run(float[] rgb, int[] shape)
    {
        var key = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(rgb.AsSpan())));
        lock (gate)
        {
            if (known.TryGetValue(key, out var found))
                return found;
        }
        SignalStack.Widen();
        using var results = session.Run(
            [NamedOnnxValue.CreateFromTensor(View.Rgb, new DenseTensor<float>(rgb, shape))],
            [Map, SpecialistModelFile.FeaturesOutput]
        );
        var map = results[0].AsTensor<float>();
        var output = new Output([.. map], [.. map.Dimensions], [.. results[1].AsEnumerable<float>()]);
        lock (gate)
        {
            if (known.TryAdd(key, output))
                order.Enqueue(key);
            if (order.Count > Kept)
                known.Remove(order.Dequeue());
        }
        return output;
    }

    /// <summary>Frees the session.</summary>
    public void Dispose() => session.Dispose();
}
