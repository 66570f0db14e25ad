using Argus.Recipes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Argus.Training.Recipes;

/// <summary>One YAML file of settings, flattened to dotted keys.</summary>
internal static class RecipeFile
{
    private const int DeepestNesting = 64;

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
            var content = text.ReadToEnd();
            CheckShape(content);
            stream.Load(new StringReader(content));
        }
        catch (YamlException error)
        {
            problems.Add($"{name}:{error.Start.Line}: not valid YAML: {error.Message}");
            return;
        }
        // What the library throws at some damaged texts.
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            problems.Add($"{name}: not valid YAML: {error.Message}");
            return;
        }
        if (stream.Documents.Count == 0)
            return;
        if (stream.Documents[0].RootNode is YamlMappingNode root)
            Flatten(root, "", name, into, problems);
        else
            problems.Add($"{name}:1: a recipe is a mapping of keys to values");
    }

    // The library follows nested collections by recursion, and an alias may stand for itself or for a thousand others.
    private static void CheckShape(string text)
    {
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            var now = parser.Current!;
            depth += now.NestingIncrease;
            if (depth > DeepestNesting)
                throw new YamlException(now.Start, now.End, "it is nested deeper than any recipe");
            if (now is AnchorAlias)
                throw new YamlException(now.Start, now.End, "an alias; write the value out");
        }
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
