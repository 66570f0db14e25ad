using System.Text.Json;
using Argus.Data.Datasets;
using Argus.Data.Forging;

namespace Argus.Data.Samples;

/// <summary>One video to be made: <paramref name="Identity"/>'s recording, with the operation on the region.</summary>
/// <param name="Path">Relative to the layout's root, with forward slashes.</param>
/// <param name="VoiceOf">For a fake of kind Audio: the other person of the quad.</param>
internal sealed record SampleVideo(string Path, string Identity, ForgedRegion Region, bool Fake, string VoiceOf);

/// <summary>
/// Two reals and two fakes of one kind: (A, neither) and (B, both) against (A, face) and (B, background), or the other
/// way round.
/// </summary>
internal sealed record SampleQuad(string Layout, ForgeryKind Kind, Split Split, IReadOnlyList<SampleVideo> Videos);

/// <summary>One layout: its quads and the small files that belong to it (path relative to its root, content).</summary>
internal sealed record SampleLayout(
    string Name,
    IReadOnlyList<SampleQuad> Quads,
    IReadOnlyDictionary<string, string> Files
);

/// <summary>Which videos the sample has and where they lie, a function of the options alone.</summary>
internal static class SamplePlan
{
    /// <summary>FF++'s method folders, one for each kind.</summary>
    public static readonly IReadOnlyDictionary<ForgeryKind, string> Methods = new Dictionary<ForgeryKind, string>
    {
        [ForgeryKind.Resolution] = "Deepfakes",
        [ForgeryKind.Lighting] = "Face2Face",
        [ForgeryKind.Compression] = "FaceSwap",
        [ForgeryKind.Temporal] = "NeuralTextures",
        [ForgeryKind.Audio] = "FaceShifter",
    };

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static IReadOnlyList<SampleLayout> Layouts(SampleOptions options) =>
        [.. new[] { FaceForensics(options), CelebDf(options), Dfdc(options) }.Select(WithKinds)];

    // Two reals in two recordings, two fakes of the same recordings; who gets which region alternates with the quad's
    // number.
    private static SampleQuad Quad(
        string layout,
        ForgeryKind kind,
        Split split,
        int number,
        (string A, string B) people,
        (string A, string B) reals,
        (string AB, string BA) fakes,
        (string A, string B)? realPeople = null
    )
    {
        var picture = kind != ForgeryKind.Audio;
        var faceFirst = number % 2 == 0;
        var neitherFirst = number / 2 % 2 == 0;
        ForgedRegion Choose(bool first, ForgedRegion yes, ForgedRegion no) =>
            !picture ? ForgedRegion.Neither
            : first ? yes
            : no;
        var (realA, realB) = realPeople ?? people;
        return new SampleQuad(
            layout,
            kind,
            split,
            [
                new(reals.A, realA, Choose(neitherFirst, ForgedRegion.Neither, ForgedRegion.Both), false, realA),
                new(reals.B, realB, Choose(!neitherFirst, ForgedRegion.Neither, ForgedRegion.Both), false, realB),
                new(fakes.AB, people.A, Choose(faceFirst, ForgedRegion.Face, ForgedRegion.Background), true, people.B),
                new(fakes.BA, people.B, Choose(!faceFirst, ForgedRegion.Face, ForgedRegion.Background), true, people.A),
            ]
        );
    }

    private static IEnumerable<(ForgeryKind Kind, Split Split, int Number)> Wanted(SampleOptions options) =>
        from split in Enum.GetValues<Split>()
        from entry in options.Quads.OrderBy(entry => entry.Key)
        let count = split switch
        {
            Split.Train => entry.Value.Train,
            Split.Validation => entry.Value.Validation,
            _ => entry.Value.Test,
        }
        from number in Enumerable.Range(0, count)
        select (entry.Key, split, number);

    private static SampleLayout FaceForensics(SampleOptions options)
    {
        var pairs = Enum.GetValues<Split>()
            .ToDictionary(
                split => split,
                split => new Queue<(string A, string B)>(OfficialSplits.FaceForensicsPairs(split))
            );
        var quads = Wanted(options)
            .Select(want =>
            {
                if (!pairs[want.Split].TryDequeue(out var pair))
                    throw new RequestException(
                        $"FF++ has only {OfficialSplits.FaceForensicsPairs(want.Split).Count} pairs of faces "
                            + $"in its {want.Split} split; ask for fewer quads."
                    );
                string Real(string id) => $"original_sequences/youtube/c23/videos/{id}.mp4";
                string Fake(string target, string source) =>
                    $"manipulated_sequences/{Methods[want.Kind]}/c23/videos/{target}_{source}.mp4";
                return Quad(
                    "ffpp",
                    want.Kind,
                    want.Split,
                    want.Number,
                    pair,
                    (Real(pair.A), Real(pair.B)),
                    (Fake(pair.A, pair.B), Fake(pair.B, pair.A))
                );
            });
        return new("ffpp", [.. quads], new Dictionary<string, string>());
    }

    private static SampleLayout CelebDf(SampleOptions options)
    {
        var people = 0;
        var strangers = 0;
        var quads = Wanted(options)
            .Select(want =>
            {
                var a = $"id{people++}";
                var b = $"id{people++}";
                var fakes = ($"Celeb-synthesis/{a}_{b}_0000.mp4", $"Celeb-synthesis/{b}_{a}_0000.mp4");
                // Some reals are of people whom no fake shows, as in the original.
                if (want.Split == Split.Train && want.Number % 4 == 1)
                {
                    var c = $"{strangers++:d5}";
                    var d = $"{strangers++:d5}";
                    return Quad(
                        "celebdf",
                        want.Kind,
                        want.Split,
                        want.Number,
                        (a, b),
                        ($"YouTube-real/{c}.mp4", $"YouTube-real/{d}.mp4"),
                        fakes,
                        (c, d)
                    );
                }
                return Quad(
                    "celebdf",
                    want.Kind,
                    want.Split,
                    want.Number,
                    (a, b),
                    ($"Celeb-real/{a}_0000.mp4", $"Celeb-real/{b}_0000.mp4"),
                    fakes
                );
            })
            .ToArray();
        // The list's own labels: 1 real, 0 fake.
        var test = quads
            .Where(quad => quad.Split == Split.Test)
            .SelectMany(quad => quad.Videos)
            .OrderBy(video => video.Path, StringComparer.Ordinal)
            .Select(video => $"{(video.Fake ? 0 : 1)} {video.Path}\n");
        return new(
            "celebdf",
            quads,
            new Dictionary<string, string> { ["List_of_testing_videos.txt"] = string.Concat(test) }
        );
    }

    private static SampleLayout Dfdc(SampleOptions options)
    {
        var random = KeyedRandom.Create("sample-dfdc", options.Seed);
        var used = new HashSet<string>();
        var people = 0;
        var quadNumber = 0;
        var entries = new SortedDictionary<int, SortedDictionary<string, Dictionary<string, string?>>>();
        for (var chunk = 0; chunk < options.Chunks; chunk++)
            entries[chunk] = new(StringComparer.Ordinal);
        var quads = Wanted(options)
            .Select(want =>
            {
                var chunk = quadNumber++ % options.Chunks;
                var a = $"person{people++}";
                var b = $"person{people++}";
                var realA = Name(want.Split);
                var realB = Name(want.Split);
                var fakeA = Name(null);
                var fakeB = Name(null);
                Enter(chunk, realA, "REAL", null);
                Enter(chunk, realB, "REAL", null);
                Enter(chunk, fakeA, "FAKE", realA);
                Enter(chunk, fakeB, "FAKE", realB);
                string Place(string name) => $"dfdc_train_part_{chunk}/{name}";
                return Quad(
                    "dfdc",
                    want.Kind,
                    want.Split,
                    want.Number,
                    (a, b),
                    (Place(realA), Place(realB)),
                    (Place(fakeA), Place(fakeB))
                );
            })
            .ToArray();
        return new(
            "dfdc",
            quads,
            entries
                .Where(chunk => chunk.Value.Count > 0)
                .ToDictionary(
                    chunk => $"dfdc_train_part_{chunk.Key}/metadata.json",
                    chunk => JsonSerializer.Serialize(chunk.Value, Indented) + "\n"
                )
        );

        // The split follows from an original's name, so a name is drawn until it falls on the wanted side.
        string Name(Split? wanted)
        {
            while (true)
            {
                var name = string.Concat(Enumerable.Range(0, 10).Select(_ => (char)('a' + random.Next(26)))) + ".mp4";
                if ((wanted is null || OfficialSplits.Dfdc(name) == wanted) && used.Add(name))
                    return name;
            }
        }

        void Enter(int chunk, string name, string label, string? original) =>
            entries[chunk][name] = new()
            {
                ["label"] = label,
                ["split"] = "train",
                ["original"] = original,
            };
    }

    private static SampleLayout WithKinds(SampleLayout layout)
    {
        var lines = layout.Quads.SelectMany(quad =>
            quad.Videos.Select(video => $"{video.Path},{Word(quad.Kind)},{video.Identity},{Word(video.Region)}\n")
        );
        var kinds = "path,kind,identity,region\n" + string.Concat(lines.Order(StringComparer.Ordinal));
        return layout with { Files = new Dictionary<string, string>(layout.Files) { ["kinds.csv"] = kinds } };
    }

    private static string Word(Enum value) => $"{value}".ToLowerInvariant();
}
