namespace Argus.Client;

/// <summary>What one specialist says of one clip.</summary>
/// <param name="FromSeconds">When the clip's first frame is shown.</param>
/// <param name="ToSeconds">When the clip's last frame is shown.</param>
/// <param name="Specialist">Who judged it.</param>
/// <param name="Probability">P(fake) of this clip alone, calibrated.</param>
public sealed record TimelinePoint(double FromSeconds, double ToSeconds, string Specialist, double Probability)
{
    /// <summary>The pictures that were looked at, in order of time; empty in answers of earlier versions.</summary>
    public IReadOnlyList<JudgedFrame> Frames
    {
        get;
        init => field = value ?? [];
    } = [];
}
