using Argus.Recipes;

namespace Argus.Data.Datasets;

/// <summary>
/// What a figure is about, so that two laboratories' figures are of the same videos: what is trained on and what is
/// tested on, each with its filters, and where somebody published them the names of the test videos.
/// </summary>
/// <param name="Name">Its file's name.</param>
/// <param name="Title">For people.</param>
/// <param name="Sha256">Of its file.</param>
/// <param name="Train">What a detector must have been trained on, and nothing else.</param>
/// <param name="Test">What it is tested on.</param>
public sealed record Protocol(
    string Name,
    string Title,
    string Sha256,
    IReadOnlyList<ProtocolPart> Train,
    IReadOnlyList<ProtocolPart> Test
)
{
    /// <summary>The part that is tested on a dataset.</summary>
    /// <exception cref="RequestException">The protocol does not test on it.</exception>
    public ProtocolPart FindTest(string layout) =>
        Test.FirstOrDefault(part => part.Layout == layout)
        ?? throw new RequestException(
            $"The protocol {Name} does not test on {layout}, but on "
                + $"{string.Join(", ", Test.Select(part => part.Layout))}."
        );

    /// <summary>Refuses a detector that was trained on anything else.</summary>
    /// <param name="who">What it is called.</param>
    /// <param name="layouts">The datasets of its stages; several at once by their weights.</param>
    /// <param name="last">How the last one was read.</param>
    /// <exception cref="RequestException">It was.</exception>
    public void CheckTraining(string who, IReadOnlyList<string> layouts, DataRecipe last)
    {
        foreach (var layout in layouts)
        {
            if (Train.FirstOrDefault(part => part.Layout == layout) is not { } part)
                throw new RequestException(
                    $"{who} was trained on {layout}; the protocol {Name} trains on "
                        + $"{string.Join(", ", Train.Select(one => one.Layout))} alone."
                );
            if (part.Compression.Length > 0 && part.Compression != last.Compression)
                throw new RequestException(
                    $"{who} was trained on {layout} {last.Compression}; the protocol {Name} trains on "
                        + $"{part.Compression}."
                );
            if (part.Methods.Count > 0)
                CheckSame("methods", part.Methods, last.Methods);
            if (part.Where.Count > 0)
                CheckSame("where", part.Where, last.Where);
            if (part.SplitSeed != last.SplitSeed)
                throw new RequestException(
                    $"{who} was trained with data.split_seed={last.SplitSeed}; the protocol {Name} trains with "
                        + $"data.split_seed={part.SplitSeed}."
                );

            void CheckSame(string key, IReadOnlyList<string> asked, IReadOnlyList<string> had)
            {
                if (!asked.ToHashSet().SetEquals(had))
                    throw new RequestException(
                        $"{who} was trained with data.{key}=[{string.Join(',', had)}]; the protocol {Name} trains on "
                            + $"{layout} with data.{key}=[{string.Join(',', asked)}]."
                    );
            }
        }
    }
}

/// <summary>A dataset's part in a protocol.</summary>
/// <param name="Layout">The dataset.</param>
/// <param name="Compression">Which of several; empty where there is one.</param>
/// <param name="Methods">Only these method folders, reals' too; empty for all.</param>
/// <param name="People">Only videos of these people; empty for all.</param>
/// <param name="WithoutPeople">No video of these people.</param>
/// <param name="Where">What of them holds of each video's file (<see cref="DataRecipe.Where"/>).</param>
/// <param name="SplitSeed">Which draw, wherever Argus draws a split (<see cref="DataRecipe.SplitSeed"/>).</param>
/// <param name="AllSides">Whether every side of the dataset's split counts, not the test side alone.</param>
/// <param name="Names">The test videos by method and id; null where no list is published.</param>
public sealed record ProtocolPart(
    string Layout,
    string Compression,
    IReadOnlyList<string> Methods,
    IReadOnlyList<string> People,
    IReadOnlyList<string> WithoutPeople,
    IReadOnlyList<string> Where,
    int SplitSeed,
    bool AllSides,
    IReadOnlyList<ProtocolVideo>? Names
)
{
    /// <summary>How the dataset is read: as it was published, whatever a run left out of its training.</summary>
    public DataRecipe Apply(DataRecipe data) =>
        data.Unfiltered() with
        {
            Compression = Compression.Length > 0 ? Compression : data.Compression,
            Split = SplitMode.Official,
            SplitSeed = SplitSeed,
            Where = [.. Where],
        };

    /// <summary>The videos of a dataset on disk that the protocol tests on, all on the test side.</summary>
    /// <param name="listing">The dataset.</param>
    /// <param name="name">The protocol's, for messages.</param>
    /// <param name="allowMissing">Whether those that are there are enough.</param>
    /// <exception cref="RequestException">Some are missing; says how many and which first.</exception>
    /// <exception cref="ArgusException">One is real here and fake there.</exception>
    public DatasetListing Select(DatasetListing listing, string name, bool allowMissing)
    {
        var items = listing
            .Items.Where(item => AllSides || item.Split == Split.Test)
            .Where(item => Methods.Count == 0 || Methods.Contains(item.Method, StringComparer.OrdinalIgnoreCase))
            .Where(item => People.Count == 0 || item.Shows(People))
            .Where(item => !item.Shows(WithoutPeople))
            .Select(item => item with { Split = Split.Test })
            .ToList();
        var problems = listing.Problems.ToList();
        if (Names is not null)
            items = Match(items, name, allowMissing, problems);
        return items.Count == 0
            ? throw new RequestException($"{listing.Root} has no video that the protocol {name} tests on.")
            : listing with
            {
                Items = items,
                SplitName = $"protocol {name}",
                Problems = problems,
            };
    }

    private List<VideoItem> Match(List<VideoItem> items, string name, bool allowMissing, List<DatasetProblem> problems)
    {
        var there = items.ToDictionary(item => new VideoName(item.Method, item.Id));
        var wanted = Names!.Where(video => Methods.Count == 0 || Methods.Contains(video.Name.Method)).ToList();
        var missing = wanted.Where(video => !there.ContainsKey(video.Name)).Select(video => $"{video.Name}").ToList();
        if (missing.Count > 0)
        {
            var what =
                $"{missing.Count} of {wanted.Count} test videos of the protocol {name} are not on disk, "
                + FirstNames.Join(missing);
            if (!allowMissing)
                throw new RequestException($"{what}. --allow-missing judges the others, and the report says so.");
            problems.Add(new(Severity.Warning, Layout, what));
        }
        var found = wanted.Where(video => there.ContainsKey(video.Name)).ToList();
        if (found.FirstOrDefault(video => there[video.Name].Label != video.Label) is { } contradiction)
            throw new ArgusException(
                $"{contradiction.Name} is {(contradiction.Label == 1 ? "fake" : "real")} in the protocol {name}, and "
                    + "the opposite in the dataset."
            );
        return [.. found.Select(video => there[video.Name])];
    }
}

/// <summary>A video's method folder and its id there.</summary>
public readonly record struct VideoName(string Method, string Id)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Method}/{Id}";
}

/// <summary>A test video that a protocol names.</summary>
public sealed record ProtocolVideo(VideoName Name, int Label);
