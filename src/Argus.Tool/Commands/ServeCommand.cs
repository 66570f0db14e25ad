using System.CommandLine;
using Argus.Cli.Output;
using Argus.Pretrained;
using Argus.Web;
using Argus.Web.Http;
using Argus.Web.Queue;

namespace Argus.Cli.Commands;

internal static class ServeCommand
{
    private static readonly ServeOptions Defaults = new("", "", "");

    public static Command Create()
    {
        var models = new Option<string?>("--models")
        {
            Description = "A models folder that 'argus export' made; without it the starter, which comes with Argus.",
            HelpName = "DIR",
        };
        var data = DataOption();
        var url = new Option<string>("--url")
        {
            Description =
                "Where to listen; several are separated by semicolons. http://0.0.0.0:8080 is reached from "
                + "other machines.",
            DefaultValueFactory = _ => "http://127.0.0.1:8080",
            HelpName = "URL",
        };
        var database = DatabaseOption();
        var key = new Option<bool>("--require-key")
        {
            Description = "Answer only to keys of 'argus keys', and show each only what it sent.",
        };
        var proxy = ProxyOption();
        Option<int> Count(string name, string what, int value) =>
            new(name)
            {
                Description = what,
                DefaultValueFactory = _ => value,
                HelpName = "N",
            };
        Option<double> Number(string name, string what, double value) =>
            new(name)
            {
                Description = what,
                DefaultValueFactory = _ => value,
                HelpName = "N",
            };
        var megabytes = Count("--max-megabytes", "The largest upload.", Defaults.LargestMegabytes);
        var minutes = Number("--max-minutes", "The longest video.", Defaults.LongestMinutes);
        var rate = Count("--uploads-per-minute", "Of one key or address.", Defaults.UploadsPerMinute);
        var queue = Count("--max-queue", "Videos that may wait.", Defaults.LongestQueue);
        var keep = Number(
            "--keep-hours",
            "Then results are deleted; videos are as soon as there is an answer.",
            Defaults.KeepHours
        );
        var originals = new Option<bool>("--keep-originals")
        {
            Description = "Let whoever sends a file ask for it to be kept as long as its result (keep_original=true).",
        };
        var workers = Count(
            "--workers",
            "Videos looked at at a time; 0 only takes them in, for others to look at.",
            Defaults.Workers
        );
        var lease = Number(
            "--lease-seconds",
            "When a worker was silent for so long another takes over its video.",
            Defaults.LeaseSeconds
        );
        var limit = Number("--analysis-minutes", "For how long a video may be looked at.", Defaults.AnalysisMinutes);
        var command = new Command("serve", "A page to drop videos on, and an HTTP API.")
        {
            models,
            data,
            url,
            database,
            key,
            proxy,
            megabytes,
            minutes,
            rate,
            queue,
            keep,
            originals,
            workers,
            lease,
            limit,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var options = new ServeOptions(
                    parse.GetValue(models),
                    Path.GetFullPath(parse.GetRequiredValue(data)),
                    parse.GetRequiredValue(url)
                )
                {
                    Database = parse.GetValue(database),
                    RequireKey = parse.GetValue(key),
                    Proxies = parse.GetValue(proxy) ?? [],
                    LargestMegabytes = parse.GetValue(megabytes),
                    LongestMinutes = parse.GetValue(minutes),
                    UploadsPerMinute = parse.GetValue(rate),
                    LongestQueue = parse.GetValue(queue),
                    KeepHours = parse.GetValue(keep),
                    KeepOriginals = parse.GetValue(originals),
                    Workers = parse.GetValue(workers),
                    LeaseSeconds = parse.GetValue(lease),
                    AnalysisMinutes = parse.GetValue(limit),
                };
                foreach (var variable in Service.FindIgnoredVariables())
                    Terminal.Note($"{variable} is ignored: options and variables that begin with ARGUS_ count.");
                ProcessSettings.ForService(Service.FindScratchFolder(options));
                await Service.RunAsync(
                    options,
                    addresses =>
                    {
                        foreach (var address in addresses)
                            Terminal.Line(
                                $"Argus listens on {address} (its API: {address}/openapi/v1.json). Control-C ends it."
                            );
                        if (!options.IsLoopback && !options.RequireKey)
                            Terminal.Note(
                                "Other machines reach it and it asks for no key: anybody may send videos and "
                                    + "see all results. --require-key changes that."
                            );
                    },
                    cancel
                );
                return 0;
            }
        );
        return command;
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
            DefaultValueFactory = _ => "argus-serve",
            HelpName = "DIR",
        };

    private static Option<string[]> ProxyOption() =>
        new("--proxy")
        {
            Description =
                "Address or network of a proxy in front, whose X-Forwarded headers are believed; may be repeated. "
                + "Also from the environment: ARGUS_PROXY, separated by commas.",
            DefaultValueFactory = _ =>
                (Environment.GetEnvironmentVariable("ARGUS_PROXY") ?? "").Split(
                    ',',
                    StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
                ),
            HelpName = "ADDRESS",
        };

    internal static Option<string?> DatabaseOption() =>
        new("--database")
        {
            Description =
                "PostgreSQL's connection string instead of SQLite in --data; also from the environment: "
                + "ARGUS_DATABASE.",
            DefaultValueFactory = _ =>
                Environment.GetEnvironmentVariable("ARGUS_DATABASE") is { Length: > 0 } given ? given : null,
            HelpName = "STRING",
        };
}
