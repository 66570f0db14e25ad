using System.Text.RegularExpressions;

namespace Argus.Recipes;

/// <summary>Specialist and stage: <c>rr/2</c>, long <c>rr_stage2_celebdf</c>.</summary>
public sealed record RunName(string Specialist, int Stage, string StageFile)
{
    public string ShortName => $"{Specialist}/{Stage}";
    public string LongName => $"{Specialist}_{StageFile}";
}

/// <summary>A recipe with the origin of each of its values, by dotted key.</summary>
public sealed record MergedRecipe(
    RunName Run,
    string Profile,
    Recipe Recipe,
    IReadOnlyDictionary<string, RecipeValue> Values
)
{
    /// <summary>The whole recipe as YAML; loading it again gives the same recipe.</summary>
    public string ToYaml(bool withOrigins = false) => RecipeText.Write(Values, withOrigins);
}

/// <summary>The folder of recipes: base.yaml, stages/, specialists/, profiles/.</summary>
public sealed partial class RecipeLibrary
{
    private readonly string folder;

    /// <exception cref="RequestException">The folder holds no recipes.</exception>
    public RecipeLibrary(string folder)
    {
        this.folder = folder;
        if (!File.Exists(Path.Combine(folder, "base.yaml")))
            throw new RequestException($"{folder} holds no recipes: base.yaml is missing.");
        Runs =
        [
            .. from stage in Names("stages")
            let number = StageNumber().Match(stage)
            where number.Success
            orderby int.Parse(number.Groups[1].Value)
            from specialist in Specialists.Specialist.All
            where File.Exists(Path.Combine(folder, "specialists", specialist.Name + ".yaml"))
            select new RunName(specialist.Name, int.Parse(number.Groups[1].Value), stage),
        ];
    }

    /// <summary>The recipes that come with the program.</summary>
    public static RecipeLibrary Default => new(Path.Combine(AppContext.BaseDirectory, "recipes"));

    public IReadOnlyList<RunName> Runs { get; }
    public IReadOnlyList<string> Profiles => Names("profiles");

    /// <exception cref="RequestException">No run has that short or long name.</exception>
    public RunName Find(string name) =>
        Runs.FirstOrDefault(run => run.ShortName == name || run.LongName == name)
        ?? throw new RequestException(
            $"There is no recipe '{name}'. Choose {Nearest.Suggest(name, [.. Runs.Select(run => run.ShortName)])}; 'argus recipes' lists them."
        );

    /// <summary>Merges base, stage, specialist, profile and <c>key=value</c>, and checks the result.</summary>
    /// <exception cref="RequestException">Everything that is wrong, one sentence a line.</exception>
    public MergedRecipe Load(RunName run, string profile, IEnumerable<string> overrides)
    {
        if (!Profiles.Contains(profile))
            throw new RequestException(
                $"There is no profile '{profile}'. Choose {Nearest.Suggest(profile, [.. Profiles])}."
            );
        var values = new Dictionary<string, RecipeValue>();
        var problems = new List<string>();
        foreach (
            var file in new[]
            {
                "base.yaml",
                $"stages/{run.StageFile}.yaml",
                $"specialists/{run.Specialist}.yaml",
                $"profiles/{profile}.yaml",
            }
        )
            RecipeFile.Read(Path.Combine(folder, file), file, values, problems);
        return new MergedRecipe(
            run,
            profile,
            RecipeBinder.Bind(values, problems, AddOverrides(values, overrides)),
            values
        );
    }

    /// <summary>Reads one merged file, such as a run's recipe.yaml.</summary>
    public static Recipe ReadMerged(string path) => ReadMerged(path, []);

    /// <summary>The same with <c>key=value</c> on top.</summary>
    public static Recipe ReadMerged(string path, IEnumerable<string> overrides)
    {
        var (values, problems) = ReadValues(path);
        return RecipeBinder.Bind(values, problems, AddOverrides(values, overrides));
    }

    /// <summary>The same of text that is not a file.</summary>
    /// <param name="name">Where it is from, for messages.</param>
    public static Recipe ParseMerged(string yaml, string name)
    {
        var (values, problems) = (new Dictionary<string, RecipeValue>(), new List<string>());
        using var text = new StringReader(yaml);
        RecipeFile.Read(text, name, values, problems);
        return RecipeBinder.Bind(values, problems, []);
    }

    /// <summary>A merged recipe's settings as they are written, by dotted keys.</summary>
    /// <exception cref="RequestException">The file does not exist or is not valid YAML.</exception>
    public static IReadOnlyDictionary<string, string> ReadSettings(string path)
    {
        var (values, problems) = ReadValues(path);
        return problems.Count == 0
            ? values.ToDictionary(entry => entry.Key, entry => $"{entry.Value}")
            : throw new RequestException(problems[0]);
    }

    private static (Dictionary<string, RecipeValue> Values, List<string> Problems) ReadValues(string path)
    {
        if (!File.Exists(path))
            throw new RequestException($"{path} does not exist; a run directory holds a recipe.yaml.");
        var (values, problems) = (new Dictionary<string, RecipeValue>(), new List<string>());
        RecipeFile.Read(path, path, values, problems);
        return (values, problems);
    }

    private static List<string> AddOverrides(Dictionary<string, RecipeValue> values, IEnumerable<string> overrides)
    {
        var problems = new List<string>();
        foreach (var setting in overrides)
        {
            var (key, text) = setting.Split('=', 2) is [var k, var v] ? (k.Trim(), v.Trim()) : (setting, null);
            if (text is null)
                problems.Add($"command line: '{setting}' is not KEY=VALUE");
            else
                values[key] =
                    text.StartsWith('[') && text.EndsWith(']')
                        ? new RecipeValue(
                            "",
                            text[1..^1]
                                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                            "command line"
                        )
                        : new RecipeValue(text, null, "command line");
        }
        return problems;
    }

    private List<string> Names(string kind) =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(folder, kind), "*.yaml")
                .Select(file => Path.GetFileNameWithoutExtension(file))
                .Order(StringComparer.Ordinal),
        ];

    [GeneratedRegex(@"^stage(\d)_")]
    private static partial Regex StageNumber();
}
