namespace Argus;

/// <summary>Who is told how long work goes on: a terminal, or nobody.</summary>
public interface IWorkLog
{
    /// <summary>A line that belongs to the result.</summary>
    void Write(string line);

    /// <summary>How it is going.</summary>
    void Note(string line);

    /// <summary>Something that the user should know, though the work goes on.</summary>
    void Warn(string line);

    /// <summary>Does work that reports how many of <paramref name="total"/> pieces are done.</summary>
    /// <param name="what">The pieces, and what happens to them: "videos prepared".</param>
    /// <param name="total">How many there are; 0 for work that nobody needs to hear of.</param>
    /// <param name="work">Reports the number done so far.</param>
    Task<T> TrackAsync<T>(string what, int total, Func<IProgress<int>, Task<T>> work);
}

/// <summary>Tells nobody.</summary>
public sealed class SilentLog : IWorkLog
{
    /// <summary>The only one that is needed.</summary>
    public static SilentLog Instance { get; } = new();

    /// <inheritdoc/>
    public void Write(string line) { }

    /// <inheritdoc/>
    public void Note(string line) { }

    /// <inheritdoc/>
    public void Warn(string line) { }

    /// <inheritdoc/>
    public Task<T> TrackAsync<T>(string what, int total, Func<IProgress<int>, Task<T>> work) => work(new NoProgress());

    private sealed class NoProgress : IProgress<int>
    {
        public void Report(int value) { }
    }
}
