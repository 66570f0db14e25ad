using System.Globalization;
using Argus.Data.Datasets;
using Argus.Data.Stores;
using Argus.Recipes;

namespace Argus.Training.Recipes;

/// <summary>Reads protocols: YAML files with the names of test videos beside them (docs/evaluation.md).</summary>
public static class ProtocolFile
{
    private static readonly string[] Keys =
    [
        "compression",
        "methods",
        "people",
        "without_people",
        "where",
        "split_seed",
        "sides",
        "list",
        "sha256",
    ];

    /// <summary>The folder of those that come with the program.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "recipes", "protocols");

    /// <summary>Names of those that come with the program.</summary>
    public static IReadOnlyList<string> Names =>
        [
            .. Directory
                .GetFiles(Folder, "*.yaml")
                .Select(Path.GetFileNameWithoutExtension)
                .OfType<string>()
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>A protocol by its name, or by its file.</summary>
    /// <exception cref="RequestException">There is none, or all that is wrong with it, with lines.</exception>
    public static Protocol Read(string nameOrFile)
    {
        var path = Names.Contains(nameOrFile) ? Path.Combine(Folder, nameOrFile + ".yaml") : nameOrFile;
        if (!File.Exists(path))
            throw new RequestException(
                $"There is no protocol {nameOrFile}. Give a YAML file, or {Suggestions.OneOf(nameOrFile, Names)}."
            );
        var values = new Dictionary<string, RecipeValue>();
        var problems = new List<string>();
        RecipeFile.Read(path, Path.GetFileName(path), values, problems);
        var protocol = new Protocol(
            Path.GetFileNameWithoutExtension(path),
            values.GetValueOrDefault("title")?.Text ?? Path.GetFileNameWithoutExtension(path),
            FileHash.Sha256(path),
            ReadParts("train", path, values, problems),
            ReadParts("test", path, values, problems)
        );
        problems.AddRange(
            values
                .Where(entry => entry.Key != "title" && entry.Key.Split('.') is not ["train" or "test", _, _])
                .Select(entry =>
                    $"{entry.Value.Origin}: there is no key '{entry.Key}'; there are title, train and test"
                )
        );
        if (problems.Count == 0 && protocol.Test.Count == 0)
            problems.Add($"{Path.GetFileName(path)}: it tests on nothing; add test: with a dataset");
        return problems.Count == 0 ? protocol : throw new RequestException(string.Join(Environment.NewLine, problems));
    }

    private static List<ProtocolPart> ReadParts(
        string side,
        string path,
        Dictionary<string, RecipeValue> values,
        List<string> problems
    )
    {
        var parts = new List<ProtocolPart>();
        foreach (
            var layout in values
                .Keys.Select(key => key.Split('.'))
                .Where(key => key[0] == side && key.Length == 3)
                .GroupBy(key => key[1])
        )
        {
            RecipeValue? Value(string key) => values.GetValueOrDefault($"{side}.{layout.Key}.{key}");
            IReadOnlyList<string> List(string key) => Value(key) is { } value ? value.Items ?? [value.Text] : [];
            var origin = Value(layout.First()[2])!.Origin;
            if (DatasetLayout.All.All(row => row.Name != layout.Key))
                problems.Add(
                    $"{origin}: there is no dataset '{layout.Key}'; choose "
                        + $"{Suggestions.OneOf(layout.Key, [.. DatasetLayout.All.Select(row => row.Name)])}"
                );
            foreach (var key in layout.Select(key => key[2]).Except(Keys))
                problems.Add(
                    $"{origin}: there is no key '{side}.{layout.Key}.{key}'; choose {Suggestions.OneOf(key, Keys)}"
                );
            if (Value("sides") is { Text: not ("test" or "all") } sides)
                problems.Add($"{sides.Origin}: sides is '{sides}'; choose test or all");
            parts.Add(
                new ProtocolPart(
                    layout.Key,
                    Value("compression")?.Text ?? "",
                    List("methods"),
                    List("people"),
                    List("without_people"),
                    ReadConditions(List("where"), Value("where"), problems),
                    ReadSeed(Value("split_seed"), problems),
                    Value("sides")?.Text == "all",
                    Value("list") is { } list ? ReadNames(path, list, Value("sha256"), problems) : null
                )
            );
        }
        return parts;
    }

    private static IReadOnlyList<string> ReadConditions(
        IReadOnlyList<string> texts,
        RecipeValue? value,
        List<string> problems
    )
    {
        try
        {
            VideoCondition.Parse(texts);
        }
        catch (RequestException error)
        {
            problems.Add($"{value!.Origin}: {error.Message.TrimEnd('.')}");
        }
        return texts;
    }

    private static int ReadSeed(RecipeValue? value, List<string> problems)
    {
        if (int.TryParse(value?.Text ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var seed))
            return seed;
        problems.Add($"{value!.Origin}: split_seed is '{value.Text}'; it must be a whole number from 0");
        return 0;
    }

    private static List<ProtocolVideo>? ReadNames(
        string protocol,
        RecipeValue list,
        RecipeValue? hash,
        List<string> problems
    )
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(protocol))!, list.Text);
        if (!File.Exists(path))
        {
            problems.Add($"{list.Origin}: the list {list.Text} is not beside the protocol");
            return null;
        }
        if (hash?.Text is not { } expected || FileHash.Sha256(path) != expected)
        {
            problems.Add(
                $"{(hash ?? list).Origin}: the list {list.Text} is not the one that the protocol was written for: its "
                    + $"SHA-256 is {FileHash.Sha256(path)}. Get both anew, or write a protocol of your own"
            );
            return null;
        }
        var names = new List<ProtocolVideo>();
        foreach (var (line, cells) in Csv.ReadFile(path).Skip(1))
        {
            if (cells is [var method, var id, "real" or "fake"])
                names.Add(new ProtocolVideo(new VideoName(method, id), cells[2] == "fake" ? 1 : 0));
            else
                problems.Add($"{list.Text}:{line}: a line is method,id and real or fake");
        }
        return names;
    }
}
