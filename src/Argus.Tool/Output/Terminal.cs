using System.Text.Json;
using Spectre.Console;

namespace Argus.Cli.Output;

/// <summary>What the commands print with. Results go to standard output, everything else to standard error.</summary>
internal static class Terminal
{
    private const int WidthWithoutTerminal = 140;

    public static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    static Terminal()
    {
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = WidthWithoutTerminal;
    }

    public static void Line(string text = "") => Console.Out.WriteLine(text);

    /// <summary>A line for people: on a terminal it wraps between words.</summary>
    public static void Text(string text)
    {
        foreach (var line in Console.IsOutputRedirected ? [text] : TextLayout.Wrap(text, AnsiConsole.Profile.Width))
            Line(line);
    }

    /// <summary>Says how it is going, on standard error.</summary>
    public static void Note(string text) => Console.Error.WriteLine(text);

    public static void Error(string message)
    {
        foreach (var line in message.Split(Environment.NewLine))
            Console.Error.WriteLine($"argus: {line}");
    }

    public static void WriteJson(object value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, Json));

    public static void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        foreach (var table in TableLayout.Create(columns, [.. rows], AnsiConsole.Profile.Width))
            AnsiConsole.Write(table);
    }

    /// <summary>Names and what there is to say of each.</summary>
    public static void Facts(IReadOnlyList<(string Name, string Text)> facts)
    {
        var width = facts.Max(fact => fact.Name.Length);
        foreach (var (name, text) in facts)
            Line($"{name.PadRight(width)}  {text}");
    }

    /// <summary>A bar on a terminal; a line at the end otherwise.</summary>
    public static async Task<T> ProgressAsync<T>(string what, int total, Func<IProgress<int>, Task<T>> work)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        T result;
        if (Console.IsOutputRedirected || total == 0)
        {
            result = await work(new Progress(_ => { }));
        }
        else
        {
            result = await AnsiConsole
                .Progress()
                .Columns(
                    new TaskDescriptionColumn(),
                    new ProgressBarColumn(),
                    new PercentageColumn(),
                    new RemainingTimeColumn()
                )
                .AutoClear(true)
                .StartAsync(async context =>
                {
                    var task = context.AddTask(Markup.Escape(what), maxValue: total);
                    return await work(new Progress(done => task.Value = done));
                });
        }
        if (total > 0)
            Note($"{what}: {total} in {clock.Elapsed.TotalSeconds:0.0} s");
        return result;
    }

    // System.Progress posts to the thread pool, out of order.
    private sealed class Progress(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
