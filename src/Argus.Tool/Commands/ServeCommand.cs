using System.CommandLine;
using Argus.Cli.Output;
using Argus.Pretrained;
using Argus.Web;
using Argus.Web.Http;
using Argus.Web.Queue;

namespace Argus.Cli.Commands;

internal static class ServeCommand
{
    public static Command Create()
    {
        var options = ServeSettings.All.ToDictionary(setting => setting, CreateOption);
        var file = new Option<string?>("--settings")
        {
            Description =
                "A JSON file with settings, e.g. {\"max_megabytes\": 100}, for what neither options nor the "
                + "environment (ARGUS_MAX_MEGABYTES) say; also from the environment: ARGUS_SETTINGS.",
            DefaultValueFactory = _ =>
                Environment.GetEnvironmentVariable("ARGUS_SETTINGS") is { Length: > 0 } given ? given : null,
            HelpName = "FILE",
        };
        var command = new Command("serve", "A page to drop videos on, and an HTTP API.");
        foreach (var option in options.Values)
            command.Options.Add(option);
        command.Options.Add(file);
        command.SetAction(
            async (parse, cancel) =>
            {
                var settings = ServeSettings.Create(
                    setting => ReadGiven(parse, options[setting]),
                    Environment.GetEnvironmentVariable,
                    parse.GetValue(file)
                );
                settings = settings with { Data = Path.GetFullPath(settings.Data) };
                foreach (var variable in Service.FindIgnoredVariables())
                    Terminal.Note($"{variable} is ignored: options and variables that begin with ARGUS_ count.");
                ProcessSettings.ForService();
                await Service.RunAsync(settings, addresses => SayReady(settings, addresses), cancel);
                return 0;
            }
        );
        return command;
    }

    private static Option CreateOption(ServeSetting setting)
    {
        Option option = setting.Default switch
        {
            bool => new Option<bool>(setting.Option),
            int count => new Option<int>(setting.Option) { DefaultValueFactory = _ => count },
            double number => new Option<double>(setting.Option) { DefaultValueFactory = _ => number },
            string text => new Option<string>(setting.Option) { DefaultValueFactory = _ => text },
            null => new Option<string?>(setting.Option),
            _ => new Option<string[]>(setting.Option),
        };
        option.Description = setting.Description;
        if (setting.ValueName.Length > 0)
            option.HelpName = setting.ValueName;
        return option;
    }

    // Null for what the command line does not say.
    private static object? ReadGiven(ParseResult parse, Option option) =>
        parse.GetResult(option) is not { Implicit: false } ? null
        : option is Option<bool> flag ? parse.GetValue(flag)
        : option is Option<int> count ? parse.GetValue(count)
        : option is Option<double> number ? parse.GetValue(number)
        : option is Option<string[]> list ? parse.GetValue(list)
        : parse.GetValue((Option<string>)option);

    private static void SayReady(ServeOptions settings, IEnumerable<string> addresses)
    {
        foreach (var address in addresses)
            Terminal.Line($"Argus listens on {address} (its API: {address}/openapi/v1.json). Control-C ends it.");
        if (!settings.IsLoopback && !settings.RequireKey)
            Terminal.Note(
                "Other machines reach it and it asks for no key: anybody may send videos and see all results. "
                    + "--require-key changes that."
            );
    }

    public static Command CreateKeys()
    {
        var name = new Argument<string>("name") { Description = "Whose key it is." };
        var data = DataOption();
        var database = DatabaseOption();
        var keep = new Option<double?>("--keep-hours")
        {
            Description = "How long results are kept that come with this key, instead of the service's --keep-hours.",
        };
        Command Of(string verb, string what, Func<ParseResult, ApiKeys, Task> work, params Symbol[] more)
        {
            var command = new Command(verb, what) { data, database };
            foreach (var symbol in more)
            {
                if (symbol is Argument argument)
                    command.Add(argument);
                else if (symbol is Option option)
                    command.Add(option);
            }
            command.SetAction(
                async (parse, cancel) =>
                {
                    var folder = parse.GetRequiredValue(data);
                    OutputFolder.Create(folder);
                    await using var opened = await Database.OpenAsync(parse.GetValue(database), folder, cancel);
                    await work(parse, new ApiKeys(opened));
                }
            );
            return command;
        }
        return new Command("keys", "Who may use a service that was started with --require-key.")
        {
            Of(
                "add",
                "Make a key. It is shown once; only its hash is kept.",
                async (parse, keys) =>
                    Terminal.Line(await keys.AddAsync(parse.GetRequiredValue(name), parse.GetValue(keep))),
                name,
                keep
            ),
            Of(
                "list",
                "Names and dates.",
                async (_, keys) =>
                    Terminal.Table(
                        ["name", "made", "keeps results"],
                        (await keys.ListAsync()).Select(key =>
                            (IReadOnlyList<string>)
                                [
                                    key.Name,
                                    $"{DateTimeOffset.FromUnixTimeMilliseconds(key.CreatedAt):yyyy-MM-dd}",
                                    key.KeepHours is { } hours ? $"{hours:0.##} hours" : "as the service does",
                                ]
                        )
                    )
            ),
            Of(
                "remove",
                "Take a key back, at once.",
                (parse, keys) => keys.RemoveAsync(parse.GetRequiredValue(name)),
                name
            ),
        };
    }

    internal static Option<string> DataOption() =>
        new("--data")
        {
            Description = "Where videos wait and results are kept.",
            DefaultValueFactory = _ => Read<string>("--data") ?? "argus-serve",
            HelpName = "DIR",
        };

    internal static Option<string?> DatabaseOption() =>
        new("--database")
        {
            Description =
                "PostgreSQL's connection string instead of SQLite in --data; also from the environment: "
                + "ARGUS_DATABASE.",
            DefaultValueFactory = _ => Read<string>("--database"),
            HelpName = "STRING",
        };

    private static T? Read<T>(string option)
        where T : class => ServeSettings.Find(option).ReadEnvironment(Environment.GetEnvironmentVariable) as T;
}
