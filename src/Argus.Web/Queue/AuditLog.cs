using System.Text.Json;

namespace Argus.Web.Queue;

/// <summary>What a check of an audit log found.</summary>
/// <param name="Entries">Lines that were read.</param>
/// <param name="LastHash">Of the last of them; note it, to see later that nothing after it was cut off.</param>
/// <param name="Problems">What is altered, missing or out of order, in words; empty for an intact log.</param>
/// <param name="Notes">What is odd without being a fault of the log, in words.</param>
public sealed record AuditCheck(
    long Entries,
    string LastHash,
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> Notes
);

/// <summary>
/// The service's log of who did what to which file, in its database: a chain of lines that only grows. Entries are
/// written in the transaction of what they record; the database refuses to change or delete them.
/// </summary>
/// <param name="database">The service's.</param>
public sealed class AuditLog(Database database)
{
    private const int PageLines = 1000;
    private const int MostProblems = 20;

    /// <summary>All entries, oldest first.</summary>
    public async IAsyncEnumerable<AuditEntry> ReadAsync()
    {
        long last = 0;
        while (true)
        {
            var rows = await database.ListAsync<Row>(
                "SELECT sequence, at, actor, event, analysis, file_sha256, details, previous, hash FROM audit "
                    + "WHERE sequence > @last ORDER BY sequence LIMIT @most",
                new { last, most = PageLines }
            );
            foreach (var row in rows)
                yield return row.ToEntry();
            if (rows.Count < PageLines)
                yield break;
            last = rows[^1].Sequence;
        }
    }

    /// <summary>Writes an entry about something that changes nothing in the database.</summary>
    internal Task WriteAsync(AuditNote note) => database.AppendAsync(note);

    /// <summary>Checks the log in the database.</summary>
    /// <param name="last">A hash that was noted earlier and must be in it; null for none.</param>
    public async Task<AuditCheck> CheckAsync(string? last) => await CheckAsync(ReadAsync(), last);

    /// <summary>Checks an exported log.</summary>
    /// <param name="path">A file of lines.</param>
    /// <param name="last">A hash that was noted earlier and must be in it; null for none.</param>
    /// <exception cref="RequestException">There is no such file.</exception>
    public static Task<AuditCheck> CheckAsync(string path, string? last)
    {
        if (!File.Exists(path))
            throw new RequestException($"There is no file {path}.");
        return CheckAsync(ReadFileAsync(path), last);
    }

    private static async IAsyncEnumerable<AuditEntry> ReadFileAsync(string path)
    {
        var number = 0;
        await foreach (var line in File.ReadLinesAsync(path))
        {
            number++;
            AuditEntry entry;
            try
            {
                entry = AuditEntry.Parse(line);
            }
            catch (JsonException error)
            {
                throw new ArgusException($"{path}, line {number} is no entry of an audit log: {error.Message}", error);
            }
            yield return entry;
        }
    }

    private static async Task<AuditCheck> CheckAsync(IAsyncEnumerable<AuditEntry> entries, string? last)
    {
        var problems = new List<string>();
        var notes = new List<string>();
        var previous = AuditEntry.Start;
        var found = last is null || last == AuditEntry.Start;
        long count = 0;
        long time = 0;
        await foreach (var entry in entries)
        {
            count++;
            if (entry.Sequence != count && problems.Count == 0)
                problems.Add($"line {count} has the number {entry.Sequence}: lines are missing, or out of order");
            if (entry.Seal().Hash != entry.Hash)
                problems.Add($"line {count} was altered: it does not have the hash that it names");
            else if (entry.Previous != previous)
                problems.Add($"line {count} does not follow the line before it");
            if (entry.At < time)
                notes.Add($"at line {count} the clock went back by {(time - entry.At) / 1000.0:0.0} s");
            time = entry.At;
            previous = entry.Hash ?? "";
            found |= previous == last;
        }
        if (!found)
            problems.Add($"it does not hold the hash {last}: its end was cut off, or it is another log");
        return new AuditCheck(count, previous, [.. problems.Take(MostProblems)], [.. notes.Take(MostProblems)]);
    }

    // As the database has it.
    private sealed class Row
    {
        public long Sequence { get; init; }
        public long At { get; init; }
        public string Actor { get; init; } = "";
        public string Event { get; init; } = "";
        public string? Analysis { get; init; }
        public string? FileSha256 { get; init; }
        public string Details { get; init; } = "";
        public string Previous { get; init; } = "";
        public string Hash { get; init; } = "";

        public AuditEntry ToEntry() =>
            new(
                Sequence,
                At,
                Actor,
                // A word that is none cannot be the one that was hashed.
                Enum.TryParse<AuditEvent>(Event, out var what)
                    ? what
                    : (AuditEvent)(-1),
                Analysis,
                FileSha256,
                Details,
                Previous
            )
            {
                Hash = Hash,
            };
    }
}
