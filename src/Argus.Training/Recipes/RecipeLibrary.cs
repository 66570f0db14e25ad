using System.Text.RegularExpressions;
using Argus.Data.Datasets;
using Argus.Data.Forging;
using Argus.Recipes;
using Argus.Specialists;
using Argus.Training.Models;

namespace Argus.Training.Recipes;

/// <summary>The folder of recipes: base.yaml, stages/, stages/optional/, specialists/, profiles/.</summary>
public sealed partial class RecipeLibrary
{
    private const StringSplitOptions ListItems = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    /// <summary>What the tables say of recipes: names of specialists, backbones, layouts and forgery kinds.</summary>
    public static RecipeTables Tables { get; } =
        new(
            new Dictionary<string, IReadOnlyList<string>>
            {
                ["specialist"] = [.. Specialist.All.Select(specialist => specialist.Name)],
                ["backbone.name"] = [.. BackboneVariant.All.Select(variant => variant.Name)],
                ["data.layout"] = [.. DatasetLayout.All.Select(layout => layout.Name)],
                ["forge.kinds"] = [.. Enum.GetNames<ForgeryKind>().Select(RecipeSchema.SnakeCase)],
            },
            GridContradictions
        );

    private const string Stages = "stages";
    private const string OptionalStages = "stages/optional";

    private readonly string folder;
    private readonly Lazy<IReadOnlyList<RunName>> optionalRuns;

    /// <exception cref="RequestException">The folder holds no recipes.</exception>
    public RecipeLibrary(string folder)
    {
        this.folder = folder;
        if (!File.Exists(Path.Combine(folder, "base.yaml")))
            throw new RequestException($"{folder} holds no recipes: base.yaml is missing.");
        Runs = FindRuns(Stages);
        // Those are of pictures, for specialists that judge one at a time.
        optionalRuns = new(() =>
            [.. FindRuns(OptionalStages).Where(run => Load(run, "full", []).Recipe.Data.ClipFrames == 1)]
        );
    }

    /// <summary>The recipes that come with the program.</summary>
    public static RecipeLibrary Default => new(Path.Combine(AppContext.BaseDirectory, "recipes"));

    /// <summary>The runs of the whole training, by stage.</summary>
    public IReadOnlyList<RunName> Runs { get; }

    /// <summary>Runs that the whole training does without, by stage.</summary>
    public IReadOnlyList<RunName> OptionalRuns => optionalRuns.Value;

    /// <summary>Both, by stage.</summary>
    public IReadOnlyList<RunName> AllRuns => [.. Runs.Concat(OptionalRuns).OrderBy(run => run.Stage)];
    public IReadOnlyList<string> Profiles => Names("profiles");

    /// <exception cref="RequestException">No run has that short or long name.</exception>
    public RunName Find(string name)
    {
        return Runs.FirstOrDefault(IsCalledSo)
            ?? OptionalRuns.FirstOrDefault(IsCalledSo)
            ?? throw new RequestException(
                $"There is no recipe '{name}'. Choose "
                    + $"{Suggestions.OneOf(name, [.. AllRuns.Select(run => run.ShortName)])}; "
                    + "'argus recipes' lists them."
            );

        bool IsCalledSo(RunName run) => run.ShortName == name || run.LongName == name;
    }

    /// <summary>Merges base, stage, specialist, profile and <c>key=value</c>, and checks the result.</summary>
    /// <exception cref="RequestException">Everything that is wrong, one sentence a line.</exception>
    public MergedRecipe Load(RunName run, string profile, IEnumerable<string> settings)
    {
        if (!Profiles.Contains(profile))
            throw new RequestException(
                $"There is no profile '{profile}'. Choose {Suggestions.OneOf(profile, [.. Profiles])}."
            );
        var values = new Dictionary<string, RecipeValue>();
        var problems = new List<string>();
        foreach (
            var file in new[]
            {
                "base.yaml",
                $"{(File.Exists(StageFile(Stages, run)) ? Stages : OptionalStages)}/{run.StageFile}.yaml",
                $"specialists/{run.Specialist}.yaml",
                $"profiles/{profile}.yaml",
            }
        )
            RecipeFile.Read(Path.Combine(folder, file), file, values, problems);
        ThrowIfUnreadable(problems);
        AddSettings(values, settings, problems);
        return new MergedRecipe(run, profile, RecipeBinder.Bind(values, Tables, problems, mayBeOlder: false), values);
    }

    /// <summary>
    /// Reads one merged file, such as a run's recipe.yaml; keys that earlier versions did not have take the value of
    /// then.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="settings"><c>key=value</c>, on top of the file.</param>
    /// <exception cref="RequestException">
    /// The file does not exist, or everything that is wrong with it, one sentence a line.
    /// </exception>
    public static Recipe ReadMerged(string path, params IEnumerable<string> settings)
    {
        var values = ReadValues(path);
        var problems = new List<string>();
        AddSettings(values, settings, problems);
        return RecipeBinder.Bind(values, Tables, problems, mayBeOlder: true);
    }

    /// <summary>A merged recipe's settings as they are written, by dotted keys.</summary>
    /// <exception cref="RequestException">The file does not exist or is not valid YAML.</exception>
    public static IReadOnlyDictionary<string, string> ReadSettings(string path) =>
        ReadValues(path).ToDictionary(entry => entry.Key, entry => $"{entry.Value}");

    private static Dictionary<string, RecipeValue> ReadValues(string path)
    {
        if (!File.Exists(path))
            throw new RequestException($"{path} does not exist; a run directory holds a recipe.yaml.");
        var values = new Dictionary<string, RecipeValue>();
        var problems = new List<string>();
        RecipeFile.Read(path, path, values, problems);
        ThrowIfUnreadable(problems);
        return values;
    }

    // A file that is no YAML would make every key of it look missing.
    private static void ThrowIfUnreadable(List<string> problems)
    {
        if (problems.Count > 0)
            throw new RequestException(string.Join(Environment.NewLine, problems));
    }

    private static void AddSettings(
        Dictionary<string, RecipeValue> values,
        IEnumerable<string> settings,
        List<string> problems
    )
    {
        foreach (var setting in settings)
        {
            if (setting.Split('=', 2, StringSplitOptions.TrimEntries) is not [var key, var text])
                problems.Add($"command line: '{setting}' is not KEY=VALUE");
            else if (text.StartsWith('[') && text.EndsWith(']'))
                values[key] = new RecipeValue("", text[1..^1].Split(',', ListItems), "command line");
            else
                values[key] = new RecipeValue(text, null, "command line");
        }
    }

    private IReadOnlyList<RunName> FindRuns(string stages) =>
        [
            .. from stage in Names(stages)
            let number = StageNumber().Match(stage)
            where number.Success
            orderby int.Parse(number.Groups[1].Value)
            from specialist in Specialist.All
            where File.Exists(Path.Combine(folder, "specialists", specialist.Name + ".yaml"))
            select new RunName(specialist.Name, int.Parse(number.Groups[1].Value), stage),
        ];

    private string StageFile(string stages, RunName run) => Path.Combine(folder, stages, $"{run.StageFile}.yaml");

    private List<string> Names(string kind) =>
        Directory.Exists(Path.Combine(folder, kind))
            ?
            [
                .. Directory
                    .EnumerateFiles(Path.Combine(folder, kind), "*.yaml")
                    .Select(file => Path.GetFileNameWithoutExtension(file))
                    .Order(StringComparer.Ordinal),
            ]
            : [];

    private static IEnumerable<KeyValuePair<string, string>> GridContradictions(Recipe recipe)
    {
        var keepsGrid = recipe.Data is { Format: PictureFormat.Png, LargestCrop: 0 };
        if (recipe.Model.Views == ViewSource.Own && !keepsGrid && Specialist.Find(recipe.Specialist).NeedsPixelGrid)
            yield return new(
                "specialist",
                $"{recipe.Specialist} looks at the pixel grid, which data.format=jpeg and data.largest_crop destroy"
            );
    }

    [GeneratedRegex(@"^stage(\d)_")]
    private static partial Regex StageNumber();
}
