using System.Reflection;
using System.Text.Json;

namespace Argus.Web;

/// <summary>The table of all settings of a service, and where their values come from.</summary>
public static class ServeSettings
{
    private static readonly JsonDocumentOptions Json = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>In the order of help.</summary>
    public static IReadOnlyList<ServeSetting> All { get; } =
    [
        .. typeof(ServeOptions)
            .GetProperties()
            .Where(property => property.GetCustomAttribute<SettingAttribute>() is not null)
            .Select(property => new ServeSetting(property)),
    ];

    /// <summary>The setting of an option such as <c>--data</c>.</summary>
    public static ServeSetting Find(string option) => All.Single(setting => setting.Option == option);

    /// <summary>Options of what was given, else of the environment, else of a file, else the defaults.</summary>
    /// <param name="given">For a setting the value that the command line gives it; null where it gives none.</param>
    /// <param name="environment">The value of a variable; null where there is none.</param>
    /// <param name="file">
    /// A JSON object with keys in snake_case, such as <c>max_megabytes</c>; comments are allowed. Null for no file.
    /// </param>
    /// <exception cref="RequestException">
    /// A value is none of its type, the file is no such object, or it has a key that is not known.
    /// </exception>
    public static ServeOptions Create(
        Func<ServeSetting, object?> given,
        Func<string, string?> environment,
        string? file
    )
    {
        var filed = file is null ? [] : ReadFile(file);
        var options = new ServeOptions();
        foreach (var setting in All)
        {
            if (
                (given(setting) ?? setting.ReadEnvironment(environment) ?? filed.GetValueOrDefault(setting)) is
                { } value
            )
                setting.Set(options, value);
        }
        return options;
    }

    private static Dictionary<ServeSetting, object?> ReadFile(string file)
    {
        if (!File.Exists(file))
            throw new RequestException($"There is no settings file {file}.");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file), Json);
            return document
                .RootElement.EnumerateObject()
                .ToDictionary(
                    entry => FindKey(entry.Name, file),
                    entry => FindKey(entry.Name, file).Read(entry.Value, file)
                );
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new RequestException(
                $"{file} is no settings file, a JSON object such as {{\"max_megabytes\": 100}}: {error.Message}"
            );
        }
    }

    private static ServeSetting FindKey(string key, string file) =>
        All.FirstOrDefault(setting => setting.Key == key)
        ?? throw new RequestException(
            $"{file}: there is no setting '{key}'. Choose {Suggestions.OneOf(key, [.. All.Select(of => of.Key)])}."
        );
}
