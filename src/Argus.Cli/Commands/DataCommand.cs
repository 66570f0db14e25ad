using System.CommandLine;
using System.Globalization;
using Argus.Cli.Output;
using Argus.Data.Audits;
using Argus.Data.Datasets;
using Argus.Data.Forging;
using Argus.Data.Reports;
using Argus.Data.Samples;
using Argus.Data.Stores;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Training.Recipes;

namespace Argus.Cli.Commands;

internal static class DataCommand
{
    public static Command Create() =>
        new("data", "Datasets and stores: make samples, check, prepare, audit, look.")
        {
            Sample(),
            Check(),
            Prepare(),
            Audit(),
            Show(),
            DataExportCommand.Create(),
        };

    private static Command Sample()
    {
        var folder = new Argument<string>("folder") { Description = "A new or empty folder." };
        var seed = new Option<ulong>("--seed")
        {
            Description = "Every video follows from it.",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        var size = new Option<int>("--size")
        {
            Description = "Side of the frames in pixels.",
            DefaultValueFactory = _ => new SampleOptions().SizePixels,
            HelpName = "PIXELS",
        };
        var seconds = new Option<double>("--seconds")
        {
            Description = "Length of each video.",
            DefaultValueFactory = _ => new SampleOptions().Seconds,
            HelpName = "S",
        };
        var quads = new Option<string>("--quads")
        {
            Description = "Quads (2 real, 2 fake videos) a kind and layout: training,validation,test.",
            DefaultValueFactory = _ => "2,1,1",
            HelpName = "N,N,N",
        };
        var focus = new Option<string[]>("--focus")
        {
            Description = "Another number for one kind, e.g. resolution=16,4,6.",
            HelpName = "KIND=N,N,N",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command(
            "sample",
            "Draw a small synthetic dataset in all three layouts: talking faces and five kinds of forgery."
        )
        {
            folder,
            seed,
            size,
            seconds,
            quads,
            focus,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForPictures();
                var options = new SampleOptions
                {
                    Seed = parse.GetValue(seed),
                    SizePixels = parse.GetValue(size),
                    Seconds = parse.GetValue(seconds),
                    Quads = SampleOptions.Kinds.ToDictionary(kind => kind, _ => Counts(parse.GetRequiredValue(quads))),
                };
                foreach (var setting in parse.GetValue(focus) ?? [])
                    options = options.With(Kind(setting.Split('=')[0]), Counts(setting.Split('=', 2)[^1]));
                await SampleDataset.WriteAsync(parse.GetRequiredValue(folder), options, TerminalLog.Instance, cancel);
            }
        );
        return command;
    }

    private static ForgeryKind Kind(string name) =>
        Enum.TryParse<ForgeryKind>(name, ignoreCase: true, out var kind) && SampleOptions.Kinds.Contains(kind)
            ? kind
            : throw new RequestException(
                $"There is no kind of forgery '{name}'. Choose "
                    + $"{Suggestions.OneOf(name, [.. SampleOptions.Kinds.Select(k => $"{k}".ToLowerInvariant())])}."
            );

    private static QuadCounts Counts(string text)
    {
        var counts = text.Split(',')
            .Select(part =>
                int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 100_000
                    ? count
                    : -1
            )
            .ToArray();
        return counts is [>= 0 and var train, >= 0 and var validation, >= 0 and var test]
            ? new QuadCounts(train, validation, test)
            : throw new RequestException(
                $"'{text}' is not three numbers up to 100000: training,validation,test, e.g. 2,1,1."
            );
    }

    private static Command Check()
    {
        var (layout, folder) = LayoutAndFolder();
        var settings = new Argument<string[]>("key=value")
        {
            Description = "Recipe settings that matter here, e.g. data.split=identity.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var quick = new Option<bool>("--quick")
        {
            Description = "Do not open the files: names, labels and splits only.",
        };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("check", "Counts, missing files, splits, duplicates, leaks.")
        {
            layout,
            folder,
            settings,
            quick,
            json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForPictures();
                var recipe = RecipeFor(parse.GetRequiredValue(layout), "full", parse.GetValue(settings), "rr");
                var listing = DatasetLayout
                    .Find(recipe.Data.Layout)
                    .Read(parse.GetRequiredValue(folder), DatasetOptions.Create(recipe.Data));
                var check = parse.GetValue(quick)
                    ? DatasetCheck.Names(listing)
                    : await Terminal.ProgressAsync(
                        "files opened",
                        listing.Items.Count,
                        progress => DatasetCheck.FilesAsync(listing, Environment.ProcessorCount, progress, cancel)
                    );
                if (parse.GetValue(json))
                    Terminal.WriteJson(
                        new
                        {
                            check.Layout,
                            check.SplitName,
                            check.Counts,
                            Problems = Problems(check.Problems),
                            check.Passes,
                        }
                    );
                else
                {
                    WriteCounts(check.Counts);
                    Terminal.Line($"Split: {check.SplitName}");
                    WriteProblems(check.Problems, check.Passes);
                }
                return check.Passes ? 0 : 1;
            }
        );
        return command;
    }

    private static Command Prepare()
    {
        var (layout, folder) = LayoutAndFolder();
        var store = new Option<string?>("--store")
        {
            Description = "Where to (default: stores/ with a name made of the dataset and the recipe).",
            HelpName = "DIR",
        };
        var shard = new Option<string?>("--shard")
        {
            Description =
                "Prepare one of n parts, for n machines with one --store: i/n with i from 0, or auto in a "
                + "Slurm array (auto/n in a Kubernetes Indexed Job).",
            HelpName = "I/N",
        };
        var stage = new Option<int?>("--stage")
        {
            Description = "The stage whose enhancement is applied (default: the layout's own).",
            HelpName = "N",
        };
        var specialist = new Option<string>("--specialist")
        {
            Description = "Whose clips: tm and av look at several frames at a time, the others share single ones.",
            DefaultValueFactory = _ => "rr",
            HelpName = "NAME",
        };
        var profile = TrainCommand.ProfileOption();
        var settings = new Argument<string[]>("key=value")
        {
            Description = "Recipe settings, e.g. data.crop=frame data.train_frames=16.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command(
            "prepare",
            "Decode every video once into a store; again does only what is missing or changed."
        )
        {
            layout,
            folder,
            settings,
            store,
            shard,
            stage,
            specialist,
            profile,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForPictures();
                var recipe = RecipeFor(
                    parse.GetRequiredValue(layout),
                    parse.GetRequiredValue(profile),
                    parse.GetValue(settings),
                    Specialist.Find(parse.GetRequiredValue(specialist)).Name,
                    parse.GetValue(stage)
                );
                var preparation = new DatasetPreparation(TerminalLog.Instance)
                {
                    Shard = parse.GetValue(shard) is { } text
                        ? DatasetShard.Parse(text, Environment.GetEnvironmentVariable)
                        : DatasetShard.Whole,
                };
                var prepared = await preparation.RunAsync(
                    recipe,
                    parse.GetRequiredValue(folder),
                    parse.GetValue(store),
                    [],
                    cancel
                );
                var result = prepared.Result;
                Terminal.Line(
                    $"{prepared.Folder}: {result.Prepared} videos prepared, {result.Kept} were there, "
                        + $"{result.Unreadable.Count} left out"
                );
                return result.Prepared + result.Kept > 0 ? 0 : 1;
            }
        );
        return command;
    }

    private static Command Audit()
    {
        var store = new Argument<string>("store") { Description = "What 'argus data prepare' made." };
        var quick = new Option<bool>("--quick") { Description = "Do not read the shards to compare their hashes." };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command(
            "audit",
            "Leaks between the sides, damage, and what else than forgery tells real from fake."
        )
        {
            store,
            quick,
            json,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForPictures();
                var folder = parse.GetRequiredValue(store);
                var verify = !parse.GetValue(quick);
                using var opened = await Store.OpenAsync(folder);
                var audit = await Terminal.ProgressAsync(
                    "shards verified",
                    verify ? StoreAudit.Shards(opened).Count : 0,
                    progress => StoreAudit.RunAsync(opened, verify, Environment.ProcessorCount, progress, cancel)
                );
                if (parse.GetValue(json))
                    Terminal.WriteJson(
                        new
                        {
                            audit.Layout,
                            audit.Counts,
                            audit.Shortcuts,
                            Problems = Problems(audit.Problems),
                            audit.Passes,
                        }
                    );
                else
                {
                    WriteCounts(audit.Counts);
                    if (audit.Shortcuts.Count > 0)
                        Terminal.Table(StorePage.ShortcutColumns, audit.Shortcuts.Select(StorePage.Cells).ToList());
                    WriteProblems(audit.Problems, audit.Passes);
                }
                return audit.Passes ? 0 : 1;
            }
        );
        return command;
    }

    private static Command Show()
    {
        var store = new Argument<string>("store") { Description = "What 'argus data prepare' made." };
        var output = new Option<string?>("--out")
        {
            Description = "Where to (default: show/ in the store).",
            HelpName = "DIR",
        };
        var command = new Command(
            "show",
            "Pictures of a store: a contact sheet a method, and a page with distributions."
        )
        {
            store,
            output,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                ProcessSettings.ForPictures();
                var folder = parse.GetRequiredValue(store);
                var page = await StorePage.WriteAsync(
                    folder,
                    parse.GetValue(output) ?? Path.Combine(folder, "show"),
                    cancel
                );
                Terminal.Line($"page: {page}");
                return 0;
            }
        );
        return command;
    }

    private static void WriteCounts(IReadOnlyList<DatasetCount> counts) =>
        Terminal.Table(
            ["split", "method", "label", "videos"],
            counts.Select(c => new[] { c.Split, c.Method, c.Label, $"{c.Videos}" }).ToList()
        );

    private static void WriteProblems(IEnumerable<DatasetProblem> problems, bool passes)
    {
        foreach (var problem in problems.OrderByDescending(p => p.Severity))
            Terminal.Line($"{$"{problem.Severity}".ToLowerInvariant()}: {problem.Where}: {problem.What}");
        Terminal.Line(passes ? "No leak and no error." : "Not sound: see the errors above.");
    }

    private static IEnumerable<object> Problems(IEnumerable<DatasetProblem> problems) =>
        problems.Select(p => new
        {
            Severity = $"{p.Severity}".ToLowerInvariant(),
            p.Where,
            p.What,
        });

    private static (Argument<string> Layout, Argument<string> Folder) LayoutAndFolder() =>
        (
            new("layout") { Description = $"{string.Join(", ", DatasetLayout.All.Select(layout => layout.Name))}." },
            new("folder") { Description = "The dataset's folder." }
        );

    // A specialist's recipe of the stage that uses the layout: how many frames a clip has depends on the specialist.
    private static Recipe RecipeFor(
        string layout,
        string profile,
        string[]? settings,
        string specialist,
        int? stage = null
    )
    {
        var found = DatasetLayout.Find(layout);
        var name = found.Name;
        var library = RecipeLibrary.Default;
        // People's own data have no stage; they are read as the first one reads its dataset.
        var wanted = stage ?? found.Stage ?? library.Runs[0].Stage;
        var run =
            library.AllRuns.FirstOrDefault(run => run.Specialist == specialist && run.Stage == wanted)
            ?? throw new RequestException($"There is no stage {wanted} of {specialist}; 'argus recipes' lists them.");
        return library.Load(run, profile, [$"data.layout={name}", .. settings ?? []]).Recipe;
    }
}
