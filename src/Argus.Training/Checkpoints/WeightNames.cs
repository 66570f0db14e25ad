using System.Globalization;
using System.Text.RegularExpressions;

namespace Argus.Training.Checkpoints;

/// <summary>
/// Names of weights in the files of other projects, as this model's names: wrappers of modules are left out in any
/// order, torchvision's EfficientNet goes to the backbone, and so does that of <c>efficientnet_pytorch</c> (lukemelas).
/// </summary>
/// <param name="own">The model's names.</param>
internal sealed partial class WeightNames(IReadOnlyCollection<string> own)
{
    private const string Backbone = "backbone";

    // DataParallel, torch.compile, Lightning and the names that projects give the whole model.
    private static readonly string[] Wrappers =
    [
        "module",
        "_orig_mod",
        "model",
        "net",
        "network",
        "efficientnet",
        "state_dict",
        "model_state_dict",
        "ema",
    ];

    private readonly HashSet<string> known = [.. own];
    private readonly List<string> blocks =
    [
        .. own.Select(name => FirstOfBlock().Match(name))
            .Where(match => match.Success)
            .OrderBy(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            .ThenBy(match => int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))
            .Select(match => $"features.{match.Groups[1].Value}.{match.Groups[2].Value}.block"),
    ];
    private readonly int lastFeature = own.Select(name => ConvOfFeature().Match(name))
        .Where(match => match.Success)
        .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
        .DefaultIfEmpty()
        .Max();

    /// <summary>The model's name of a weight; null where it has none.</summary>
    public string? Find(string name)
    {
        var inBackbone = Bare(name);
        return new[]
        {
            Strip(name, Wrappers),
            $"{Backbone}.{inBackbone}",
            $"{Backbone}.{ToTorchvision(inBackbone)}",
        }.FirstOrDefault(known.Contains);
    }

    /// <summary>Whether names are those of an EfficientNet alone, whose classifier is not this model's.</summary>
    public static bool AreOfBackbone(IEnumerable<string> names) =>
        names.Select(Strip).Any(name => name.StartsWith("features.", StringComparison.Ordinal));

    /// <summary>Whether a name is a classifier's.</summary>
    public static bool IsOfClassifier(string name) => Strip(name).StartsWith("classifier.", StringComparison.Ordinal);

    /// <summary>A name without its wrappers and without the name of the network that it is of.</summary>
    public static string Bare(string name) => Strip(name, [.. Wrappers, Backbone]);

    private static string Strip(string name) => Strip(name, Wrappers);

    private static string Strip(string name, IReadOnlyCollection<string> wrappers)
    {
        while (name.Split('.', 2) is [var first, var rest] && wrappers.Contains(first))
            name = rest;
        return name;
    }

    private string? ToTorchvision(string name)
    {
        if (name.Split('.', 2) is [var module, var leaf] && module != "_blocks")
            return module switch
            {
                "_conv_stem" => $"features.0.0.{leaf}",
                "_bn0" => $"features.0.1.{leaf}",
                "_conv_head" => $"features.{lastFeature}.0.{leaf}",
                "_bn1" => $"features.{lastFeature}.1.{leaf}",
                _ => null,
            };
        if (
            name.Split('.', 4) is not ["_blocks", var number, var part, var end]
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || index >= blocks.Count
        )
            return null;
        var block = blocks[index];
        // The first stage does not expand: its block begins with the depthwise convolution.
        var depthwise = known.Contains($"{Backbone}.{block}.3.0.weight") ? 1 : 0;
        return part switch
        {
            "_expand_conv" => $"{block}.0.0.{end}",
            "_bn0" => $"{block}.0.1.{end}",
            "_depthwise_conv" => $"{block}.{depthwise}.0.{end}",
            "_bn1" => $"{block}.{depthwise}.1.{end}",
            "_se_reduce" => $"{block}.{depthwise + 1}.fc1.{end}",
            "_se_expand" => $"{block}.{depthwise + 1}.fc2.{end}",
            "_project_conv" => $"{block}.{depthwise + 2}.0.{end}",
            "_bn2" => $"{block}.{depthwise + 2}.1.{end}",
            _ => null,
        };
    }

    [GeneratedRegex(@"^backbone\.features\.(\d+)\.(\d+)\.block\.0\.0\.weight$")]
    private static partial Regex FirstOfBlock();

    [GeneratedRegex(@"^backbone\.features\.(\d+)\.0\.weight$")]
    private static partial Regex ConvOfFeature();
}
