namespace Argus.Client;

/// <summary>A clip worth looking at.</summary>
/// <param name="Seconds">The middle of the clip.</param>
/// <param name="Specialist">Who judged it.</param>
/// <param name="Probability">P(fake) of the clip.</param>
/// <param name="Heatmap">
/// 7 rows of 7: by how much the log odds of fake fall if that part of the picture were not there.
/// </param>
/// <param name="Picture">Its middle frame as JPEG; null unless pictures were asked for.</param>
public sealed record Moment(
    double Seconds,
    string Specialist,
    double Probability,
    IReadOnlyList<double> Heatmap,
    byte[]? Picture = null
);
