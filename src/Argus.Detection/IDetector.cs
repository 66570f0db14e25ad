namespace Argus.Detection;

/// <summary>
/// Answers whether videos are forged. It is an interface so that what uses it can be tested without models.
/// </summary>
public interface IDetector
{
    /// <summary>Looks at clips that are spread evenly over the video.</summary>
    /// <param name="video">A video or picture file.</param>
    /// <param name="progress">From 0 to 1, rising.</param>
    /// <param name="cancel">Stops between batches, and stops ffmpeg.</param>
    /// <exception cref="Video.UnreadableVideoException">
    /// It is no video, or there is nothing in it to judge; the message says what.
    /// </exception>
    /// <exception cref="ArgusException">ffmpeg or a model failed.</exception>
    Task<Analysis> AnalyzeAsync(string video, IProgress<double>? progress = null, CancellationToken cancel = default);

    /// <summary>
    /// Looks at all of the video, up to <see cref="Clips.ClipRequest.MostFrames"/> frames; of longer ones clips are
    /// spread evenly.
    /// </summary>
    /// <inheritdoc cref="AnalyzeAsync(string, IProgress{double}?, CancellationToken)"/>
    Task<Analysis> AnalyzeEveryFrameAsync(
        string video,
        IProgress<double>? progress = null,
        CancellationToken cancel = default
    );

    /// <summary>
    /// Looks at a video or picture that is no file, such as an upload. It lies in
    /// <see cref="DetectionOptions.TemporaryFolder"/> until there is an answer, readable by this user alone.
    /// </summary>
    /// <param name="content">All of the file, from its present position; is not closed.</param>
    /// <param name="name">What the answer calls it.</param>
    /// <param name="progress">From 0 to 1, rising.</param>
    /// <param name="cancel">Stops it.</param>
    /// <inheritdoc cref="AnalyzeAsync(string, IProgress{double}?, CancellationToken)"/>
    Task<Analysis> AnalyzeAsync(
        Stream content,
        string name,
        IProgress<double>? progress = null,
        CancellationToken cancel = default
    );
}
