using Argus.Recipes;

namespace Argus.Detection;

/// <summary>
/// A video that is read while the models are still loaded, by what their files say that they want to see. Whoever takes
/// the reading compares that with what the loaded models say.
/// </summary>
internal sealed class BegunReading : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly string video;
    private readonly bool everyFrame;
    private readonly IReadOnlyDictionary<string, Recipe> recipes;
    private readonly Task<VideoSubjects> reading;

    /// <summary>Begins to read on another thread.</summary>
    /// <param name="video">The video.</param>
    /// <param name="everyFrame">Whether all of it is looked at.</param>
    /// <param name="recipes">By the specialists' names.</param>
    /// <param name="read">Reads it.</param>
    public BegunReading(
        string video,
        bool everyFrame,
        IReadOnlyDictionary<string, Recipe> recipes,
        Func<CancellationToken, Task<VideoSubjects>> read
    )
    {
        this.video = video;
        this.everyFrame = everyFrame;
        this.recipes = recipes;
        var token = stop.Token;
        reading = Task.Run(() => read(token));
    }

    /// <summary>Whether it is of this video, and of what the models want to see.</summary>
    public bool Fits(string path, bool wantsEveryFrame, IReadOnlyDictionary<string, Recipe> wanted) =>
        path == video
        && wantsEveryFrame == everyFrame
        && wanted.Keys.SequenceEqual(recipes.Keys)
        && wanted.All(entry => RecipeJson.Write(entry.Value) == RecipeJson.Write(recipes[entry.Key]));

    /// <summary>The reading, which is then the caller's.</summary>
    public async Task<VideoSubjects> TakeAsync(CancellationToken cancel)
    {
        await using var stopping = cancel.Register(stop.Cancel);
        return await reading;
    }

    /// <summary>Ends a reading that nobody takes, and frees its pictures as soon as it ended.</summary>
    public void Drop()
    {
        stop.Cancel();
        _ = FreeAsync();
    }

    private async Task FreeAsync()
    {
        await Task.WhenAny(reading);
        if (reading.IsCompletedSuccessfully)
            (await reading).Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();
}
