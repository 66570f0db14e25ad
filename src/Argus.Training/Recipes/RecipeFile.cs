using Argus.Recipes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Argus.Training.Recipes;

/// <summary>One YAML file of settings, flattened to dotted keys.</summary>
internal static class RecipeFile
{
    public static void Read(
        string path,
        string name,
        IDictionary<string, RecipeValue> into,
        ICollection<string> problems
    )
    {
        using var reader = File.OpenText(path);
        Read(reader, name, into, problems);
    }

    public static void Read(
        TextReader text,
        string name,
        IDictionary<string, RecipeValue> into,
        ICollection<string> problems
    )
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(text);
        }
        catch (YamlException error)
        {
            problems.Add($"{name}:{error.Start.Line}: not valid YAML: {error.Message}");
            return;
        }
        catch (InvalidOperationException)
        {
            // The parser's own, of which it says neither line nor cause.
            problems.Add($"{name}: not valid YAML");
            return;
        }
        if (stream.Documents.Count == 0)
            return;
        if (stream.Documents[0].RootNode is YamlMappingNode root)
            Flatten(root, "", name, into, problems);
        else
            problems.Add($"{name}:1: a recipe is a mapping of keys to values");
    }

    private static void Flatten(
        YamlMappingNode node,
        string prefix,
        string name,
        IDictionary<string, RecipeValue> into,
        ICollection<string> problems
    )
    {
        foreach (var (keyNode, valueNode) in node.Children)
        {
            if (keyNode is not YamlScalarNode word)
            {
                problems.Add($"{name}:{keyNode.Start.Line}: a key is one word");
                continue;
            }
            var key = prefix + word.Value;
            var origin = $"{name}:{keyNode.Start.Line}";
            switch (valueNode)
            {
                case YamlMappingNode section:
                    Flatten(section, key + ".", name, into, problems);
                    break;
                case YamlSequenceNode list when list.Children.All(item => item is YamlScalarNode):
                    into[key] = new RecipeValue(
                        "",
                        [.. list.Children.Select(item => ((YamlScalarNode)item).Value ?? "")],
                        origin
                    );
                    break;
                case YamlScalarNode scalar:
                    into[key] = new RecipeValue(scalar.Value ?? "", null, origin);
                    break;
                default:
                    problems.Add($"{origin}: {key} is neither a value, a list of values nor a section");
                    break;
            }
        }
    }
}
