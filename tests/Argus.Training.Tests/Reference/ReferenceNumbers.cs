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

    public static Tensor Input(string name, params long[] shape)
    {
        var count = shape.Aggregate(1L, (a, b) => a * b);
        return tensor(Uniform(name, count).Select(u => (float)(2 * (2 * u - 1))).ToArray(), shape);
    }

    private static float[] Values(string name, long[] shape)
    {
        var uniform = Uniform(name, shape.Aggregate(1L, (a, b) => a * b));
        Func<double, double> value = name switch
        {
            _ when shape.Length >= 2 => Scaled(Math.Sqrt(3.0 / shape.Skip(1).Aggregate(1L, (a, b) => a * b))),
            _ when name.EndsWith("running_var", StringComparison.Ordinal) => u => 0.75 + 0.5 * u,
            _ when name.EndsWith("weight", StringComparison.Ordinal) => u => 0.75 + 0.5 * u,
            _ => Scaled(0.1),
        };
        return [.. uniform.Select(u => (float)value(u))];

        static Func<double, double> Scaled(double bound) => u => (2 * u - 1) * bound;
    }

    private static IEnumerable<double> Uniform(string name, long count)
    {
        var seed = System.IO.Hashing.Crc32.HashToUInt32(Encoding.UTF8.GetBytes(name));
        for (uint j = 0; j < count; j++)
        {
            var h = unchecked(j * 2654435761u + seed);
            h ^= h >> 16;
            h *= 0x85ebca6b;
            h ^= h >> 13;
            h *= 0xc2b2ae35;
            h ^= h >> 16;
            yield return h / 4294967296.0;
        }
    }
}
