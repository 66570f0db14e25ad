namespace Argus.Benchmarks.Mutation;

/// <summary>A fault that is planted into the source: one expression in place of another.</summary>
/// <param name="Number">From 1.</param>
/// <param name="File">Within the repository.</param>
/// <param name="Right">As it stands there, once.</param>
/// <param name="Wrong">An expression of the same type.</param>
internal sealed record Mutant(int Number, string File, string Right, string Wrong)
{
    /// <summary>The room that the file is in.</summary>
    public string Room => Path.GetFileName(Path.GetDirectoryName(File)!);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Mutant> ReadAll()
    {
        using var stream = typeof(Mutant).Assembly.GetManifestResourceStream("mutants.tsv")!;
        using var reader = new StreamReader(stream);
        return
        [
            .. reader
                .ReadToEnd()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('\t'))
                .Select((cells, i) => new Mutant(i + 1, cells[0], cells[1], cells[2])),
        ];
    }
}
