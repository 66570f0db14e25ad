using System.Text.Json;

namespace Argus.Data.Datasets;

/// <summary>
/// The splits that the datasets' makers published, and the one Argus fixes where they published none.
/// </summary>
public static class OfficialSplits
{
    private const double DfdcTestShare = 0.1;
    private const double DfdcValidationShare = 0.1;

    private static readonly Lazy<IReadOnlyDictionary<Split, (string A, string B)[]>> Pairs = new(() =>
        new Dictionary<Split, (string, string)[]>
        {
            [Split.Train] = ReadPairs("train"),
            [Split.Validation] = ReadPairs("val"),
            [Split.Test] = ReadPairs("test"),
        }
    );

    private static readonly Lazy<Dictionary<string, (Split Split, string Group)>> SplitOfId = new(() =>
        Pairs
            .Value.SelectMany(side =>
                side.Value.SelectMany(pair =>
                    new[] { pair.A, pair.B }.Select(id => (Id: id, Value: (side.Key, Group: $"{pair.A}_{pair.B}")))
                )
            )
            .ToDictionary(entry => entry.Id, entry => entry.Value)
    );

    /// <summary>
    /// FaceForensics++ (Rössler et al., 2019): 360 / 70 / 70 pairs of ids; a pair's reals and fakes share its split.
    /// </summary>
    internal static IReadOnlyList<(string A, string B)> FaceForensicsPairs(Split split) => Pairs.Value[split];

    /// <summary>The split and pair of a real's id such as <c>953</c>; null for an id that no list names.</summary>
    internal static (Split Split, string Group)? FaceForensics(string id) =>
        SplitOfId.Value.TryGetValue(id, out var side) ? side : null;

    /// <summary>
    /// DFDC has no split of its training folders: a hash of the original's name decides, 80 / 10 / 10, so that a fake
    /// and its original stay together and the sides do not depend on which chunks are there.
    /// </summary>
    /// <param name="originalOrName">File name of the original for a fake, of the video itself for a real.</param>
    /// <param name="seed">Another draw, as <see cref="DatasetOptions.SplitSeed"/>.</param>
    public static Split Dfdc(string originalOrName, int seed = 0) =>
        KeyedRandom
            .Create(new DatasetOptions { SplitSeed = seed }.Draw("dfdc-split"), originalOrName)
            .NextDouble() switch
        {
            < DfdcTestShare => Split.Test,
            < DfdcTestShare + DfdcValidationShare => Split.Validation,
            _ => Split.Train,
        };

    private static (string, string)[] ReadPairs(string name)
    {
        using var stream = typeof(OfficialSplits).Assembly.GetManifestResourceStream(
            $"Argus.Data.Datasets.Facts.faceforensics.{name}.json"
        )!;
        return [.. JsonSerializer.Deserialize<string[][]>(stream)!.Select(pair => (pair[0], pair[1]))];
    }
}
