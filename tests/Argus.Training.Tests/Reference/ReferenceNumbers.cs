using System.Text;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Argus.Training.Tests.Reference;

/// <summary>
/// Numbers computed by PyTorch 1.13 and scikit-learn, and the formula that fills weights and inputs, so that no weight
/// file is needed.
/// </summary>
internal static class ReferenceNumbers
{
    public static JsonElement Read(string file)
    {
        using var stream = typeof(ReferenceNumbers).Assembly.GetManifestResourceStream(
            $"Argus.Training.Tests.Reference.{file}"
        )!;
        return JsonDocument.Parse(stream).RootElement.Clone();
    }

    public static float[] Floats(this JsonElement array) =>
        array.ValueKind == JsonValueKind.Array ? [.. array.EnumerateArray().SelectMany(Floats)] : [array.GetSingle()];

    /// <summary>Fills every tensor of the state dict by its name.</summary>
    public static void Fill(nn.Module model)
    {
        using var none = no_grad();
        foreach (var (name, target) in model.state_dict())
        {
            if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            {
                target.zero_();
                continue;
            }
            using var values = tensor(Values(name, target.shape), target.shape);
            target.copy_(values);
        }
    }

    public static Tensor Input(string name, params long[] shape) =>
        tensor(Uniform(name, shape, centre: 0, reach: 2), shape);

    private static float[] Values(string name, long[] shape)
    {
        var bound =
            shape.Length >= 2 ? Math.Sqrt(3.0 / Count(shape[1..]))
            : name.EndsWith("running_var", StringComparison.Ordinal)
            || name.EndsWith("weight", StringComparison.Ordinal)
                ? 0
            : 0.1;
        return bound == 0
            ? Uniform(name, shape, centre: 1, reach: 0.25)
            : Uniform(name, shape, centre: 0, reach: bound);
    }

    private static long Count(long[] shape) => shape.Aggregate(1L, (a, b) => a * b);

    // By name and place, evenly from centre - reach to centre + reach.
    private static float[] Uniform(string name, long[] shape, double centre, double reach)
    {
        var seed = System.IO.Hashing.Crc32.HashToUInt32(Encoding.UTF8.GetBytes(name));
        var values = new float[Count(shape)];
        for (uint j = 0; j < values.Length; j++)
        {
            var h = unchecked(j * 2654435761u + seed);
            h ^= h >> 16;
            h *= 0x85ebca6b;
            h ^= h >> 13;
            h *= 0xc2b2ae35;
            h ^= h >> 16;
            values[j] = (float)(centre + (2 * (h / 4294967296.0) - 1) * reach);
        }
        return values;
    }
}
