namespace Argus.Benchmarks.Fuzzing;

/// <summary>A reader of bytes that others made.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Corpus">Good inputs.</param>
/// <param name="Read">Reads one; a refusal is the exception that the reader promises.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Corpus, Action<byte[]> Read)
{
    /// <summary>
    /// Whether that is how the reader says no. Anything else is a fault: the caller would not know what to do with it.
    /// </summary>
    public Func<Exception, bool> IsRefusal { get; init; } = error => error is ArgusException;

    /// <summary>A reader of files, which gets each input under one name.</summary>
    /// <param name="name">For the table.</param>
    /// <param name="corpus">Good inputs.</param>
    /// <param name="file">Where inputs are written.</param>
    /// <param name="read">Reads the file.</param>
    public static FuzzTarget OfFile(string name, IReadOnlyList<byte[]> corpus, string file, Action<string> read)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return new FuzzTarget(
            name,
            corpus,
            input =>
            {
                File.WriteAllBytes(file, input);
                read(file);
            }
        );
    }
}
