using System.Globalization;
using System.Text.RegularExpressions;

namespace Argus.Data.Stores;

/// <summary>
/// A condition on a stored video, of <c>data.where</c>: one of <see cref="Properties"/>, a comparison and a value, as
/// in <c>height&gt;=480</c> or <c>codec=h264</c>.
/// </summary>
internal sealed partial class VideoCondition
{
    private static readonly Dictionary<string, Func<StoreRow, StoreOptions, double?>> Numbers = new()
    {
        ["width"] = (row, _) => row.RotationDegrees % 180 == 0 ? row.CodedWidth : row.CodedHeight,
        ["height"] = (row, _) => row.RotationDegrees % 180 == 0 ? row.CodedHeight : row.CodedWidth,
        ["seconds"] = (row, _) => row.DurationSeconds,
        ["frames_per_second"] = (row, _) => row.FramesPerSecond,
        ["kilobits_per_second"] = (row, _) => row.BitsPerSecond / 1000,
        ["quantizer"] = (row, _) => row.Quantizer,
        ["face_pixels"] = (row, store) =>
            row.Frames.Count > 0 && store.FaceMargin is { } margin
                ? row.Frames.Average(frame => frame.Width) / margin
                : null,
        ["faces"] = (row, _) => row.Tracks,
    };

    private static readonly Dictionary<string, Func<StoreRow, string?>> Words = new()
    {
        ["codec"] = row => row.Codec,
        ["sound_codec"] = row => row.SoundCodec,
        ["pixel_format"] = row => row.PixelFormat,
        ["container"] = row => row.Container,
        ["kind"] = row => row.Kind,
    };

    private readonly Func<StoreRow, StoreOptions, bool> holds;

    private VideoCondition(Func<StoreRow, StoreOptions, bool> holds) => this.holds = holds;

    /// <summary>What can be asked of a video; numbers first, then words.</summary>
    public static IReadOnlyList<string> Properties => [.. Numbers.Keys, .. Words.Keys];

    /// <summary>Whether it holds; what a video does not have, no condition holds of.</summary>
    public bool Holds(StoredVideo video, StoreOptions store) => holds(video.Row, store);

    /// <exception cref="RequestException">One is not a property, a comparison and a value.</exception>
    public static IReadOnlyList<VideoCondition> Parse(IReadOnlyList<string> texts) => [.. texts.Select(Parse)];

    private static VideoCondition Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
            throw new RequestException(
                $"data.where: '{text}' is no condition. Write a property, one of = != < <= > >=, and a value: "
                    + "height>=480."
            );
        var (name, comparison, value) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
        if (Words.TryGetValue(name, out var word))
            return comparison switch
            {
                "=" => new((row, _) => IsSame(word(row))),
                "!=" => new((row, _) => word(row) is { } of && !IsSame(of)),
                _ => throw new RequestException(
                    $"data.where: {name} is a word; compare it by = or !=, not {comparison}."
                ),
            };
        if (!Numbers.TryGetValue(name, out var number))
            throw new RequestException(
                $"data.where: there is no property '{name}'. Choose {Suggestions.OneOf(name, Properties)}."
            );
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var limit))
            throw new RequestException($"data.where: {name} is compared with a number, and '{value}' is none.");
        return comparison switch
        {
            "=" => new((row, store) => number(row, store) == limit),
            "!=" => new((row, store) => number(row, store) is { } of && of != limit),
            "<" => new((row, store) => number(row, store) < limit),
            "<=" => new((row, store) => number(row, store) <= limit),
            ">" => new((row, store) => number(row, store) > limit),
            _ => new((row, store) => number(row, store) >= limit),
        };

        bool IsSame(string? of) => string.Equals(of, value, StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex(@"^\s*(\w+)\s*(=|!=|<=|>=|<|>)\s*(\S+)\s*$")]
    private static partial Regex Form();
}
