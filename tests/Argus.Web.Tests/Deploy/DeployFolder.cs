using System.Collections;
using Argus.Cli.Commands;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Argus.Web.Tests.Deploy;

/// <summary>The files that operators are given, and what is true of the settings in all of them.</summary>
internal static class DeployFolder
{
    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    public static string Read(string relative) => File.ReadAllText(Path.Combine(Root, relative));

    /// <summary>A YAML file as dictionaries and lists, with what <c>&lt;&lt;</c> merges.</summary>
    public static Dictionary<object, object> ReadYaml(string relative) =>
        new DeserializerBuilder()
            .Build()
            .Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(new StringReader(Read(relative)))));

    /// <summary>Follows keys through dictionaries; null where one is missing.</summary>
    public static object? Find(object? node, params string[] keys) =>
        keys.Aggregate(node, (found, key) => (found as IDictionary)?[key]);

    /// <summary>The texts of a list, none where it is missing.</summary>
    public static IEnumerable<string> Texts(object? list) =>
        ((IEnumerable?)list ?? Array.Empty<object>()).Cast<string>();

    /// <summary>
    /// What <c>argus serve</c> would refuse of these variables. A variable's name is its option's: ARGUS_MAX_MEGABYTES
    /// is <c>--max-megabytes</c>.
    /// </summary>
    public static IReadOnlyList<string> FindMistakes(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var command = ServeCommand.Create();
        var known = command.Options.ToDictionary(option => ToVariable(option.Name));
        var mistakes = new List<string>();
        foreach (var (name, value) in variables)
        {
            if (!known.TryGetValue(name, out var option))
                mistakes.Add($"{name} is no option of argus serve");
            else if (option.ValueType == typeof(bool) && value is not ("true" or "false"))
                mistakes.Add($"{name} is true or false, not {value}");
            else if (option.ValueType != typeof(bool))
                mistakes.AddRange(
                    command.Parse([option.Name, value]).Errors.Select(error => $"{name}: {error.Message}")
                );
        }
        return mistakes;
    }

    private static string ToVariable(string option) => "ARGUS_" + option[2..].ToUpperInvariant().Replace('-', '_');

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Argus.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
