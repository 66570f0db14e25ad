using Argus.Video;

namespace Argus.Detection;

/// <summary>What every detector can do with many files.</summary>
public static class DetectorExtensions
{
    /// <summary>
    /// Answers in the order of the files, each as soon as it is there. A file that cannot be judged is an answer too
    /// and ends nothing.
    /// </summary>
    /// <param name="detector">The detector.</param>
    /// <param name="videos">Video or picture files; they are enumerated as answers are taken.</param>
    /// <param name="atOnce">
    /// Files that are worked at ahead of whoever takes the answers; more than
    /// <see cref="DetectionOptions.ConcurrentAnalyses"/> wait.
    /// </param>
    /// <param name="cancel">Stops what is in work.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="atOnce"/> is below 1.</exception>
    /// <exception cref="ArgusException">ffmpeg or a model failed.</exception>
    public static IAsyncEnumerable<FileAnalysis> AnalyzeManyAsync(
        this IDetector detector,
        IEnumerable<string> videos,
        int atOnce = 1,
        CancellationToken cancel = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(atOnce, 1);
        return OrderedPrefetch.RunAsync(videos, AnswerAsync, atOnce, _ => { }, cancel);

        async Task<FileAnalysis> AnswerAsync(string video, CancellationToken stop)
        {
            try
            {
                return new FileAnalysis(video, await detector.AnalyzeAsync(video, null, stop), null);
            }
            catch (UnreadableVideoException error)
            {
                return new FileAnalysis(video, null, error.Message);
            }
        }
    }
}
