using System.IO.Hashing;
using System.Text;

namespace Argus;

/// <summary>
/// A random stream named by its key: the same key gives the same numbers on every machine, whatever the number of
/// workers or the order they run in. Key: XxHash64 of the parts; stream: SplitMix64 (Steele et al., 2014).
/// </summary>
public sealed class KeyedRandom(ulong key)
{
    private ulong state = key;

    /// <summary>A stream for the parts, e.g. <c>For("augment", seed, epoch, sampleKey)</c>.</summary>
    public static KeyedRandom Create(params ReadOnlySpan<object> parts) => new(Key(parts));

    /// <summary>Hash of the parts, written invariantly and separated by zero bytes.</summary>
    public static ulong Key(params ReadOnlySpan<object> parts)
    {
        var hash = new XxHash64();
        foreach (var part in parts)
        {
            hash.Append(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{part}")));
            hash.Append([0]);
        }
        return hash.GetCurrentHashAsUInt64();
    }

    /// <summary>The next 64 bits of the stream.</summary>
    public ulong NextUInt64()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high).</summary>
    public double Uniform(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>Uniform integer in [0, count).</summary>
    public int Next(int count) => (int)Math.BigMul(NextUInt64(), (ulong)count, out _);

    /// <summary>True with that probability.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    /// <summary>Standard normal (Box-Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>One of the choices, each equally likely.</summary>
    public T Pick<T>(IReadOnlyList<T> choices) => choices[Next(choices.Count)];

    /// <summary>Fisher-Yates, in place.</summary>
    public void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
