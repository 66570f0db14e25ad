namespace Argus.Client;

/// <summary>How much of a video an answer is about.</summary>
/// <param name="Frames">Frames of the video.</param>
/// <param name="FramesJudged">Frames that a specialist looked at, of any face.</param>
/// <param name="ShareOfTime">
/// Share of the video's time within clips that were judged, from 0 to 1; 1 for a picture.
/// </param>
/// <param name="Unseen">What was not looked at, and why, in words.</param>
public sealed record Coverage(int Frames, int FramesJudged, double ShareOfTime, IReadOnlyList<string> Unseen);
