namespace Argus.Video;

/// <summary>What one decoding gave.</summary>
/// <param name="Read">How many of the wanted frames came.</param>
/// <param name="Decoded">All frames that came out of the decoder, wanted or not.</param>
/// <param name="Quantizer">Mean luma quantizer of the first half second (H.264 and H.265; else null).</param>
/// <param name="Log">What ffmpeg wrote.</param>
internal sealed record FrameReading(int Read, DecodedFrames Decoded, double? Quantizer, string Log)
{
    /// <exception cref="UnreadableVideoException">Not all wanted frames came; says why.</exception>
    public void CheckComplete(IReadOnlyList<int> indices) => FrameReader.Check(Read, indices, Log);
}
