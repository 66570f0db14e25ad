namespace Argus.Cli.Output;

/// <summary>Tells the user how long work goes.</summary>
internal sealed class TerminalLog : IWorkLog
{
    public static TerminalLog Instance { get; } = new();

    public void Write(string line) => Terminal.Line(line);

    public void Note(string line) => Terminal.Note(line);

    public void Warn(string line) => Terminal.Error(line);

    public Task<T> TrackAsync<T>(string what, int total, Func<IProgress<int>, Task<T>> work) =>
        Terminal.ProgressAsync(what, total, work);
}
