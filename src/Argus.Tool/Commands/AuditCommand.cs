using System.CommandLine;
using Argus.Cli.Output;
using Argus.Web.Queue;

namespace Argus.Cli.Commands;

internal static class AuditCommand
{
    public static Command Create() =>
        new("audit", "A service's log of who did what to which file, as a chain of hashes.") { Export(), Verify() };

    private static Command Export()
    {
        var data = ServeCommand.DataOption();
        var database = ServeCommand.DatabaseOption();
        var target = new Option<string?>("--out")
        {
            Description = "The file to write; without it standard output.",
            HelpName = "FILE",
        };
        var command = new Command("export", "All entries as lines of JSON, oldest first.") { data, database, target };
        command.SetAction(
            async (parse, cancel) =>
            {
                await using var opened = await OpenAsync(parse, data, database, cancel);
                var lines = new AuditLog(opened).ReadAsync();
                if (parse.GetValue(target) is not { } file)
                {
                    await foreach (var entry in lines)
                        Terminal.Line(entry.ToLine());
                    return;
                }
                var partial = file + ".partial";
                await using (var writer = new StreamWriter(partial))
                {
                    writer.NewLine = "\n";
                    await foreach (var entry in lines)
                        await writer.WriteLineAsync(entry.ToLine());
                }
                File.Move(partial, file, overwrite: true);
            }
        );
        return command;
    }

    private static Command Verify()
    {
        var data = ServeCommand.DataOption();
        var database = ServeCommand.DatabaseOption();
        var file = new Argument<string?>("file")
        {
            Description = "What 'argus audit export' wrote; without it the log in the database.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var last = new Option<string?>("--last")
        {
            Description = "A hash that was noted earlier: the log must still hold it. Only so a cut end is seen.",
            HelpName = "HASH",
        };
        var command = new Command("verify", "Say whether the log is whole and unchanged.")
        {
            file,
            data,
            database,
            last,
        };
        command.SetAction(
            async (parse, cancel) =>
            {
                var check = parse.GetValue(file) is { } path
                    ? await AuditLog.CheckAsync(path, parse.GetValue(last))
                    : await CheckAsync(parse, data, database, last, cancel);
                foreach (var problem in check.Problems)
                    Terminal.Text(problem);
                foreach (var note in check.Notes)
                    Terminal.Text($"note: {note}");
                Terminal.Text(
                    check.Problems.Count > 0
                        ? $"The log is not intact: {check.Problems.Count} faults in {check.Entries} lines."
                        : $"{check.Entries} lines, intact; the last has the hash {check.LastHash}."
                );
                return check.Problems.Count > 0 ? 1 : 0;
            }
        );
        return command;
    }

    private static async Task<AuditCheck> CheckAsync(
        ParseResult parse,
        Option<string> data,
        Option<string?> database,
        Option<string?> last,
        CancellationToken cancel
    )
    {
        await using var opened = await OpenAsync(parse, data, database, cancel);
        return await new AuditLog(opened).CheckAsync(parse.GetValue(last));
    }

    private static Task<Database> OpenAsync(
        ParseResult parse,
        Option<string> data,
        Option<string?> database,
        CancellationToken cancel
    )
    {
        var folder = parse.GetRequiredValue(data);
        if (parse.GetValue(database) is null && !Directory.Exists(folder))
            throw new RequestException($"There is no folder {folder}; name the service's with --data.");
        return Database.OpenAsync(parse.GetValue(database), folder, cancel);
    }
}
