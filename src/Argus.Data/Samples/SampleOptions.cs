using System.Text.Json;
using System.Text.Json.Serialization;
using Argus.Data.Forging;

namespace Argus.Data.Samples;

/// <summary>
/// How many quads (two reals and two fakes each) of one kind every layout gets on each side of the split.
/// </summary>
/// <param name="Validation">In the Celeb-DF layout, which has no validation list, they are training videos.</param>
public sealed record QuadCounts(int Train, int Validation, int Test);

/// <summary>
/// What the sample dataset holds. The default is 240 videos: 3 layouts x 5 kinds x 4 quads x 4 videos.
/// </summary>
public sealed record SampleOptions
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The kinds that the sample dataset has: those with a specialist.</summary>
    public static IReadOnlyList<ForgeryKind> Kinds { get; } =
    [.. Enum.GetValues<ForgeryKind>().Where(kind => kind != ForgeryKind.Blend)];

    public ulong Seed { get; init; } = 1;

    /// <summary>Side of the square frames, even, 32 to 1024.</summary>
    public int SizePixels { get; init; } = 128;

    /// <summary>Length of each video, at least one frame, at most a minute.</summary>
    public double Seconds { get; init; } = 1.2;

    /// <summary>1 to 60.</summary>
    public int FramesPerSecond { get; init; } = 25;

    /// <summary>DFDC's folders <c>dfdc_train_part_0</c>, <c>…_1</c> and so on, 1 to 50.</summary>
    public int Chunks { get; init; } = 2;

    /// <summary>
    /// Kinds that are not named get no video. Faces of FF++ pairs limit the sums over the kinds to 360 / 70 / 70.
    /// </summary>
    public IReadOnlyDictionary<ForgeryKind, QuadCounts> Quads { get; init; } =
        Kinds.ToDictionary(kind => kind, _ => new QuadCounts(2, 1, 1));

    public int FrameCount => (int)Math.Round(Seconds * FramesPerSecond);

    /// <summary>These options with another number of quads for one kind.</summary>
    public SampleOptions With(ForgeryKind kind, QuadCounts counts) =>
        this with
        {
            Quads = new Dictionary<ForgeryKind, QuadCounts>(Quads) { [kind] = counts },
        };

    /// <summary>
    /// What two equal sets of options have in common, and unequal ones have not; also the content of
    /// <c>sample.json</c>.
    /// </summary>
    internal string Describe(int drawingVersion) =>
        JsonSerializer.Serialize(
            new
            {
                DrawingVersion = drawingVersion,
                Seed,
                SizePixels,
                FrameCount,
                FramesPerSecond,
                Chunks,
                Quads = Quads.OrderBy(entry => entry.Key).ToDictionary(),
            },
            Json
        );

    /// <exception cref="RequestException">Names the first option that is out of its range.</exception>
    internal void Check()
    {
        Require(
            SizePixels is >= 32 and <= 1024 && SizePixels % 2 == 0,
            $"size {SizePixels}: an even number of pixels from 32 to 1024"
        );
        Require(FramesPerSecond is >= 1 and <= 60, $"{FramesPerSecond} frames per second: 1 to 60");
        Require(Seconds is > 0 and <= 60 && FrameCount >= 1, $"{Seconds} seconds: at least one frame, at most 60 s");
        Require(Chunks is >= 1 and <= 50, $"{Chunks} chunks: 1 to 50");
        Require(
            Quads.Values.All(counts => counts is { Train: >= 0, Validation: >= 0, Test: >= 0 }),
            "a number of quads below zero: 0 or more"
        );

        static void Require(bool holds, string what)
        {
            if (!holds)
                throw new RequestException($"The sample dataset cannot have {what} is possible.");
        }
    }
}
