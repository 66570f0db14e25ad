using System.Security.Cryptography;
using System.Text;
using Argus.Detection;
using Argus.Recipes;
using Argus.Training.Models;
using static TorchSharp.torch;

namespace Argus.Training.Export;

/// <summary>The backbone that the specialists of a models folder share, as a file beside them.</summary>
internal static class SharedBackboneExport
{
    /// <summary>Writes it, where the folder does not have it yet.</summary>
    /// <returns>SHA-256 of its weights, by which a specialist knows it.</returns>
    /// <exception cref="RequestException">The folder has another one, which its specialists need.</exception>
    public static string Write(
        string folder,
        Recipe recipe,
        IReadOnlyDictionary<string, Tensor> weights,
        ExportPrecision precision
    )
    {
        var hash = Hash(weights);
        var path = Path.Combine(folder, SharedBackbone.FileName);
        if (File.Exists(path))
        {
            using var there = SharedBackbone.Load(folder, threads: 1);
            return there.Hash == hash
                ? hash
                : throw new RequestException(
                    $"{path} is the backbone of other specialists. Export into a folder of its own, or train this one "
                        + "on that backbone (--init CHECKPOINT, backbone.frozen=true)."
                );
        }
        var graph = BackboneGraph.Build(
            BackboneVariant.Find(recipe.Backbone.Name),
            weights,
            recipe.Model.ImageSize,
            recipe.Data.ClipFrames
        );
        if (precision != ExportPrecision.Fp32)
            graph.HalveWeights();
        var partial = path + ".partial";
        try
        {
            graph.Write(
                partial,
                ProgramVersion.Text,
                new Dictionary<string, string>
                {
                    [ModelMetadata.Version] = ProgramVersion.Text,
                    [ModelMetadata.Precision] = $"{precision}".ToLowerInvariant(),
                    [SharedBackbone.Weights] = hash,
                }
            );
            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
        return hash;
    }

    private static string Hash(IReadOnlyDictionary<string, Tensor> weights)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var scope = NewDisposeScope();
        foreach (
            var (name, tensor) in weights.Where(entry =>
                entry.Key.StartsWith(SpecialistModel.BackbonePrefix, StringComparison.Ordinal)
            )
        )
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(tensor.cpu().contiguous().bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
