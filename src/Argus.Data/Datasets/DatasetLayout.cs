namespace Argus.Data.Datasets;

public enum Severity
{
    /// <summary>Normal for this dataset; counted so that nobody wonders.</summary>
    Note,

    /// <summary>A leak or gap that the official split is known to have.</summary>
    Known,

    /// <summary>Something is missing or left out, but what remains is sound.</summary>
    Warning,

    /// <summary>Results would be wrong.</summary>
    Error,
}

/// <summary>Something worth knowing about a dataset on disk: what, where, and what to do.</summary>
public sealed record DatasetProblem(Severity Severity, string Where, string What);

/// <summary>How a dataset is to be read.</summary>
/// <param name="Compression">FaceForensics++: <c>raw</c>, <c>c23</c> or <c>c40</c>.</param>
/// <param name="IdentitySplit">No person on two sides, where the dataset names its people.</param>
/// <param name="ValidationShare">Carved from training where no validation set was published.</param>
/// <param name="Methods">Only these method folders' fakes; empty for all.</param>
/// <param name="Together">Folders of reals: people whose names begin so are on one side of the split.</param>
/// <param name="Fakes">Folders of reals: folders of fakes that are trained on besides.</param>
/// <param name="TestShare">Kept for test where no test set was published; 0 for what the layout does.</param>
public sealed record DatasetOptions(
    string Compression = "c23",
    bool IdentitySplit = false,
    double ValidationShare = 0.1,
    IReadOnlyList<string>? Methods = null,
    double TestShare = 0,
    IReadOnlyList<string>? Together = null,
    IReadOnlyList<string>? Fakes = null
)
{
    public static DatasetOptions Create(Recipes.DataRecipe data) =>
        new(
            data.Compression,
            data.Split == Recipes.SplitMode.Identity,
            data.ValidationShare,
            data.Methods,
            data.TestShare,
            data.Together,
            data.Fakes
        )
        {
            SplitSeed = data.SplitSeed,
            People = data.People,
            WithoutPeople = data.WithoutPeople,
        };

    /// <summary>Draws another split wherever the maker published none.</summary>
    public int SplitSeed { get; init; }

    /// <summary>What a draw is for, as a part of its hashes.</summary>
    internal string Draw(string purpose) => SplitSeed == 0 ? purpose : $"{purpose} {SplitSeed}";

    /// <summary>Only videos that show one of these people; empty for all.</summary>
    public IReadOnlyList<string> People { get; init; } = [];

    /// <summary>No video that shows one of these people.</summary>
    public IReadOnlyList<string> WithoutPeople { get; init; } = [];
}

/// <summary>A dataset on disk: its videos with their sides of the split, and what is wrong with it.</summary>
public sealed record DatasetListing(
    string Layout,
    string Root,
    string SplitName,
    IReadOnlyList<VideoItem> Items,
    IReadOnlyList<DatasetProblem> Problems
)
{
    /// <summary>The name of a split where nobody is on two sides.</summary>
    public const string IdentityDisjoint = "identity-disjoint";

    public string FullPath(VideoItem item) => Path.Combine(Root, item.Path);
}

/// <summary>A row of the table of layouts.</summary>
/// <param name="Name">In recipes and on the command line.</param>
/// <param name="Title">For people.</param>
/// <param name="Stage">The stage of progressive training that the dataset is for; null for people's own data.</param>
/// <param name="Reader">Lists the videos under a folder.</param>
/// <param name="Terms">What its owners ask for, in one sentence; nothing here replaces reading it.</param>
public sealed record DatasetLayout(
    string Name,
    string Title,
    int? Stage,
    Func<string, DatasetOptions, DatasetListing> Reader,
    string Terms
)
{
    public static IReadOnlyList<DatasetLayout> All { get; } =
    [
        new(
            "ffpp",
            "FaceForensics++",
            Stage: 1,
            FaceForensics.Read,
            "FaceForensics++: given for research after agreeing to its owners' terms of use; see the owners' terms."
        )
        {
            HasCompressions = true,
        },
        new(
            "celebdf",
            "Celeb-DF v2",
            Stage: 2,
            CelebDf.Read,
            "Celeb-DF: given for research after agreeing to its owners' terms of use; see the owners' terms."
        )
        {
            TestSharesPeople = true,
        },
        new(
            "dfdc",
            "DFDC",
            Stage: 4,
            Dfdc.Read,
            "DFDC: given after agreeing to its owners' dataset licence; see the owners' terms."
        )
        {
            OriginalsMayBeMissing = true,
        },
        new(
            CelebDfPlusPlus.Layout,
            "Celeb-DF++",
            Stage: null,
            CelebDfPlusPlus.Read,
            "Celeb-DF++: given for research after agreeing to its owners' terms of use; see the owners' terms."
        )
        {
            TestSharesPeople = true,
            OriginalsMayBeMissing = true,
        },
        new(
            DfdcPreview.Layout,
            "DFDC preview",
            Stage: null,
            DfdcPreview.Read,
            "DFDC preview: given after agreeing to its owners' dataset licence; see the owners' terms."
        ),
        new(
            DfdcTest.Layout,
            "DFDC test",
            Stage: null,
            DfdcTest.Read,
            "DFDC test: given after agreeing to its owners' dataset licence; see the owners' terms."
        )
        {
            HasTestOnly = true,
        },
        new(
            WildDeepfake.Layout,
            "WildDeepfake",
            Stage: 3,
            WildDeepfake.Read,
            "WildDeepfake: given for research after asking its owners; its faces are of people on the internet."
        )
        {
            HasPicturesOnly = true,
        },
        new(
            FakeAvCeleb.Layout,
            "FakeAVCeleb",
            Stage: null,
            FakeAvCeleb.Read,
            "FakeAVCeleb: given for research after agreeing to its owners' terms of use; see the owners' terms."
        ),
        new(
            DeepfakeBench.Layout,
            "DeepfakeBench or DF40 JSON",
            Stage: null,
            DeepfakeBench.Read,
            "DeepfakeBench or DF40 JSON: as the owners of the dataset that it lists allow; DF40's own are CC BY-NC 4.0."
        )
        {
            IsFile = true,
            HasCompressions = true,
            HasPicturesOnly = true,
            TestSharesPeople = true,
        },
        new(
            MixedDatasets.Layout,
            "Several datasets",
            Stage: null,
            MixedDatasets.Read,
            "Several datasets: as the owners of each allow."
        )
        {
            Recognises = MixedDatasets.Recognises,
            HasCompressions = true,
            TestSharesPeople = true,
            OriginalsMayBeMissing = true,
            IsSeveral = true,
        },
        new(
            LabelledFolders.Layout,
            "Folders real and fake",
            Stage: null,
            LabelledFolders.Read,
            "Folders real and fake: as whoever made them allows."
        )
        {
            Recognises = LabelledFolders.Recognises,
        },
        new(
            VideoList.Layout,
            "List of videos",
            Stage: null,
            VideoList.Read,
            "List of videos: as whoever made them allows."
        )
        {
            Recognises = VideoList.Recognises,
            IsFile = true,
        },
        new(
            RealsOnly.Layout,
            "Folder of reals",
            Stage: null,
            RealsOnly.Read,
            "Folder of reals: as whoever made them allows."
        )
        {
            HasRealsOnly = true,
        },
    ];

    /// <summary>Every video exists in several compressions; the options choose one.</summary>
    public bool HasCompressions { get; init; }

    /// <summary>The official test list is by video, not by person: its videos show people of the other sides.</summary>
    public bool TestSharesPeople { get; init; }

    /// <summary>The dataset comes in parts, and a fake's original is often in another one.</summary>
    public bool OriginalsMayBeMissing { get; init; }

    /// <summary>No fake is needed: training forges on the way. Several folders may be read as one dataset.</summary>
    public bool HasRealsOnly { get; init; }

    /// <summary>Its videos are folders of pictures: specialists that need time or sound abstain.</summary>
    public bool HasPicturesOnly { get; init; }

    /// <summary>All of it is for test: nobody is missed on the other sides.</summary>
    public bool HasTestOnly { get; init; }

    /// <summary>Its root names other datasets' roots.</summary>
    public bool IsSeveral { get; init; }

    /// <summary>Its root may be a file instead of a folder.</summary>
    public bool IsFile { get; init; }

    /// <summary>Whether a folder or file is clearly of this layout; null where its look does not tell.</summary>
    public Func<string, bool>? Recognises { get; init; }

    /// <summary>The layout of people's own data that a folder or file shows by itself; null for none.</summary>
    public static DatasetLayout? Recognise(string path) =>
        All.LastOrDefault(layout => layout.Recognises?.Invoke(path) is true);

    /// <exception cref="RequestException">No such layout.</exception>
    public static DatasetLayout Find(string name) =>
        All.FirstOrDefault(layout => layout.Name == name)
        ?? throw new RequestException(
            $"There is no dataset layout '{name}'. Choose {Suggestions.OneOf(name, [.. All.Select(l => l.Name)])}."
        );

    private static DatasetListing ChoosePeople(DatasetListing listing, DatasetOptions options)
    {
        if (options.People.Count + options.WithoutPeople.Count == 0)
            return listing;
        var items = listing
            .Items.Where(item => options.People.Count == 0 || item.Shows(options.People))
            .Where(item => !item.Shows(options.WithoutPeople))
            .ToList();
        var left = listing.Items.Count - items.Count;
        return listing with
        {
            Items = items,
            Problems =
            [
                .. listing.Problems,
                new(Severity.Note, listing.Root, $"{left} videos left out by data.people and data.without_people"),
            ],
        };
    }

    /// <summary>Lists the videos under <paramref name="root"/>; files are not opened.</summary>
    /// <exception cref="RequestException">The folder is missing or holds nothing of this layout.</exception>
    public DatasetListing Read(string root, DatasetOptions options)
    {
        var folders = HasRealsOnly ? FolderList.Split(root) : [root];
        if (
            !IsSeveral
            && folders.FirstOrDefault(folder => !Directory.Exists(folder) && !(IsFile && File.Exists(folder)))
                is { } absent
        )
            throw new RequestException(
                $"The {Title} {(IsFile ? "file or folder" : "folder")} {absent} does not exist."
            );
        var listing = ChoosePeople(Reader(root, options), options);
        if (listing.Items.Count == 0)
            throw new RequestException(
                $"No video was found in {root} as {Title} ({Name}) has them; docs/data.md shows what is expected."
                    + (
                        listing.Problems.Count > 0
                            ? $" First problem: {listing.Problems[0].Where}: {listing.Problems[0].What}"
                            : ""
                    )
            );
        var kinds = IsSeveral ? [] : KindList.Read(listing.Root);
        var once = listing
            .Items.DistinctBy(item => item.Key)
            .Select(item => item with { Kind = kinds.GetValueOrDefault(item.Path) ?? item.Kind })
            .ToList();
        var repeated = listing.Items.Count - once.Count;
        var problems = listing.Problems.ToList();
        if (repeated > 0)
            problems.Add(
                new(
                    Severity.Warning,
                    root,
                    $"{repeated} videos left out: another folder has a video of the same method and name"
                )
            );
        if (options.SplitSeed != 0)
            problems.Add(
                new(Severity.Note, root, $"what Argus draws of the split is drawn with the seed {options.SplitSeed}")
            );
        return listing with { Items = once, Problems = problems };
    }
}

/// <summary><c>kinds.csv</c> beside the sample data: which kind of forgery each file is about.</summary>
internal static class KindList
{
    public static Dictionary<string, string> Read(string root)
    {
        var file = Path.Combine(root, "kinds.csv");
        if (!File.Exists(file))
            return [];
        return File.ReadLines(file)
            .Skip(1)
            .Select(line => line.Split(','))
            .Where(cells => cells.Length >= 2)
            .DistinctBy(cells => cells[0])
            .ToDictionary(cells => cells[0], cells => cells[1]);
    }
}
