using OpenCvSharp;

namespace Argus.Faces;

/// <summary>A face that was detected.</summary>
/// <param name="Time">When, in seconds after the first frame.</param>
/// <param name="Face">Where.</param>
public readonly record struct Sighting(double Time, Face Face);

/// <summary>One face followed through a shot: where it was seen, and where it is in between.</summary>
/// <param name="number">From 0, in order of appearance.</param>
/// <param name="fromSeconds">When the shot begins.</param>
/// <param name="toSeconds">When the next one begins.</param>
public sealed class FaceTrack(
    int number,
    double fromSeconds = double.NegativeInfinity,
    double toSeconds = double.PositiveInfinity
)
{
    /// <summary>
    /// Nobody's face jumps back within this time, but a detector's box does: the smoothing's standard deviation.
    /// </summary>
    private const double SmoothSeconds = 0.2;

    // Before the first and after the last sight the face is taken to be there for as long as it is not looked for.
    private const double ReachSeconds = 0.3;

    // Leaves and knots of wood score up to 0.7, the faces of 174 real clips 0.84 and more. (The detector asks for 0.6.)
    private const double SureScore = 0.8;

    private readonly List<Sighting> seen = [];

    /// <summary>From 0, in order of appearance.</summary>
    public int Number { get; } = number;

    /// <summary>When the face was detected, and where; ascending in time, at least once.</summary>
    public IReadOnlyList<Sighting> Seen => seen;

    /// <summary>The last time that the face was detected.</summary>
    public Sighting Last => seen[^1];

    /// <summary>
    /// Whether it is more than a doubtful look: what was seen in a single one of many looks at a shot is most likely no
    /// face, and in one of two only if it was a clear one.
    /// </summary>
    /// <param name="lookSeconds">When somebody looked for faces, in the whole video.</param>
    internal bool IsFace(IEnumerable<double> lookSeconds) =>
        seen.Count > 1
        || lookSeconds.Count(IsInShot) switch
        {
            1 => true,
            2 => Last.Face.Score >= SureScore,
            _ => false,
        };

    /// <summary>Whether the time is in the track's shot.</summary>
    internal bool IsInShot(double time) => time >= fromSeconds && time < toSeconds;

    internal void Add(double time, Face face) => seen.Add(new Sighting(time, face));

    /// <summary>
    /// The face at a time, interpolated and smoothed over the sights around it by local linear regression with a
    /// Gaussian kernel (Cleveland, 1979), which does not lag behind a steady movement; null where the track is not.
    /// </summary>
    public Face? At(double time)
    {
        if (time < seen[0].Time - ReachSeconds || time > seen[^1].Time + ReachSeconds || !IsInShot(time))
            return null;
        if (seen.Count == 1)
            return seen[0].Face;
        // Wide enough for two sights, however far apart they are.
        var width = Math.Max(SmoothSeconds, seen.Select(sight => Math.Abs(sight.Time - time)).Order().ElementAt(1));
        var near = seen.Where(sight => Math.Abs(sight.Time - time) <= 3 * width).ToList();
        var offsets = near.Select(sight => Math.Clamp(sight.Time - time, -3 * width, 3 * width)).ToList();
        var weights = offsets.Select(offset => Math.Exp(-0.5 * offset * offset / (width * width))).ToList();
        double s0 = weights.Sum();
        double s1 = Sum(i => offsets[i]);
        double s2 = Sum(i => offsets[i] * offsets[i]);
        var spread = s0 * s2 - s1 * s1;
        double Estimate(Func<Face, double> part) =>
            spread > 1e-9
                ? Sum(i => (s2 - s1 * offsets[i]) * part(near[i].Face)) / spread
                : Sum(i => part(near[i].Face)) / s0;
        double Sum(Func<int, double> term) => weights.Select((weight, i) => weight * term(i)).Sum();

        var wide = Math.Max(1, Estimate(face => face.Box.Width));
        var height = Math.Max(1, Estimate(face => face.Box.Height));
        var centre = new Point2d(Estimate(face => face.Centre.X), Estimate(face => face.Centre.Y));
        return new Face(
            new Rect2d(centre.X - wide / 2, centre.Y - height / 2, wide, height),
            [
                .. Enumerable
                    .Range(0, 5)
                    .Select(k => new Point2d(
                        Estimate(face => face.Landmarks[k].X),
                        Estimate(face => face.Landmarks[k].Y)
                    )),
            ],
            Math.Clamp(Estimate(face => face.Score), 0, 1)
        );
    }
}

/// <summary>Joins the faces that are found in one frame after another to tracks, by place and size.</summary>
/// <param name="shotStarts">When shots begin but the first, ascending; none: all is one shot.</param>
public sealed class FaceTracker(params IReadOnlyList<double> shotStarts)
{
    /// <summary>A face that was not seen for longer is another one when it comes back.</summary>
    public const double LongestGapSeconds = 1.0;

    // Between two looks the centre moves by less than this many face sides, and more the longer the gap.
    private const double MovePerLook = 0.4;
    private const double MovePerSecond = 1.0;
    private const double LargestGrowth = 1.7;

    private readonly List<FaceTrack> tracks = [];

    /// <summary>All faces so far, in order of appearance.</summary>
    public IReadOnlyList<FaceTrack> Tracks => tracks;

    /// <param name="timeSeconds">Later than before.</param>
    /// <param name="faces">What was detected then.</param>
    public void Add(double timeSeconds, IReadOnlyList<Face> faces)
    {
        var open = tracks
            .Where(track => timeSeconds - track.Last.Time <= LongestGapSeconds && track.IsInShot(timeSeconds))
            .ToList();
        var pairs =
            from track in open
            from face in faces
            let last = track.Last
            let side = (face.Side + last.Face.Side) / 2
            let move = face.Centre.DistanceTo(last.Face.Centre) / side
            let growth = Math.Max(face.Side, last.Face.Side) / Math.Min(face.Side, last.Face.Side)
            where move <= MovePerLook + MovePerSecond * (timeSeconds - last.Time) && growth <= LargestGrowth
            orderby move
            select (track, face);
        var taken = new HashSet<FaceTrack>();
        var given = new HashSet<Face>(ReferenceEqualityComparer.Instance);
        foreach (var (track, face) in pairs)
        {
            if (taken.Contains(track) || given.Contains(face))
                continue;
            track.Add(timeSeconds, face);
            taken.Add(track);
            given.Add(face);
        }
        foreach (var face in faces.Where(face => !given.Contains(face)))
        {
            tracks.Add(
                new FaceTrack(
                    tracks.Count,
                    shotStarts.LastOrDefault(start => start <= timeSeconds, double.NegativeInfinity),
                    shotStarts.FirstOrDefault(start => start > timeSeconds, double.PositiveInfinity)
                )
            );
            tracks[^1].Add(timeSeconds, face);
        }
    }
}
