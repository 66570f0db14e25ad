namespace Argus.Client;

/// <summary>A picture that a specialist looked at.</summary>
/// <param name="Number">The number of the frame in the video, from 0.</param>
/// <param name="Seconds">When it is shown.</param>
/// <param name="X">Where it was cut out of the upright frame, in pixels from the left.</param>
/// <param name="Y">In pixels from the top.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
public readonly record struct JudgedFrame(int Number, double Seconds, int X, int Y, int Width, int Height);
