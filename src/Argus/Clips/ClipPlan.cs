using Argus.Video;

namespace Argus.Clips;

/// <summary>A use of a frame.</summary>
/// <param name="Clip">The clip's number, from 0.</param>
/// <param name="Place">The frame's place in it, from 0.</param>
public readonly record struct ClipUse(int Clip, int Place);

/// <summary>
/// Which frames of a video are wanted, as clips of frames at a fixed rate; with one frame a clip, single frames.
/// </summary>
public sealed class ClipPlan
{
    private readonly Dictionary<int, List<ClipUse>> uses = [];

    private ClipPlan(IReadOnlyList<int[]> clips)
    {
        Clips = clips;
        for (var clip = 0; clip < clips.Count; clip++)
        {
            for (var place = 0; place < clips[clip].Length; place++)
            {
                if (!uses.TryGetValue(clips[clip][place], out var list))
                    uses[clips[clip][place]] = list = [];
                list.Add(new ClipUse(clip, place));
            }
        }
        Frames = [.. uses.Keys.Order()];
    }

    /// <summary>Frame numbers of each clip, in order of time.</summary>
    public IReadOnlyList<int[]> Clips { get; }

    /// <summary>Every frame that a clip needs, once, ascending.</summary>
    public IReadOnlyList<int> Frames { get; }

    /// <summary>The clips that a frame belongs to, and its place in each.</summary>
    public IReadOnlyList<ClipUse> Uses(int frame) => uses.GetValueOrDefault(frame) ?? [];

    /// <summary>All clips of several plans, numbered one plan after another.</summary>
    public static ClipPlan Join(IEnumerable<ClipPlan> plans) => new([.. plans.SelectMany(plan => plan.Clips)]);

    /// <param name="times">When each frame is shown, ascending.</param>
    /// <param name="count">
    /// Clips wanted; their middles are at linspace over the share <paramref name="from"/>..<paramref name="to"/>.
    /// </param>
    /// <param name="length">Frames a clip (T).</param>
    /// <param name="rate">Frames a second within a clip.</param>
    /// <param name="from">First share of the video that clips are taken from, 0 to 1.</param>
    /// <param name="to">Last share of the video, 0 to 1.</param>
    /// <param name="shotStarts">First frames of the shots but the first, ascending; no clip lies in two shots.</param>
    /// <exception cref="UnreadableVideoException">
    /// The video is shorter than one clip, or has too few frames a second, or every shot is too short.
    /// </exception>
    public static ClipPlan Choose(
        double[] times,
        int count,
        int length,
        double rate,
        double from,
        double to,
        IReadOnlyList<int>? shotStarts = null
    )
    {
        var middles = FrameReader.Choose(times.Length, count, from, to);
        if (length == 1)
            return new ClipPlan([.. middles.Select(middle => new[] { middle })]);
        var span = (length - 1) / rate;
        var clips = new List<int[]>();
        foreach (var middle in middles)
        {
            var begin = shotStarts?.LastOrDefault(frame => frame <= middle) ?? 0;
            var end = shotStarts?.FirstOrDefault(frame => frame > middle, times.Length) ?? times.Length;
            var shot = times.AsSpan(begin, end - begin);
            // A clip that would stick out at an end is moved in.
            var start = Math.Clamp(times[middle] - span / 2, shot[0], Math.Max(shot[0], shot[^1] - span));
            // From a frame's own time on, so that equal distances stay equal where the video's rate allows it.
            var first = shot[Nearest(shot, start)];
            var clip = new int[length];
            for (var place = 0; place < length; place++)
                clip[place] = begin + Nearest(shot, first + place / rate);
            if (clip.Distinct().Count() == length && (clips.Count == 0 || !clip.SequenceEqual(clips[^1])))
                clips.Add(clip);
        }
        return clips.Count > 0
            ? new ClipPlan(clips)
            : throw new UnreadableVideoException(
                $"{times.Length} frames in {times[^1]:0.00} s{Shots()} are too few for a clip of {length} frames at "
                    + $"{rate:0.##} a second"
            );

        string Shots() => shotStarts is { Count: > 0 } ? $", in {shotStarts.Count + 1} shots," : "";
    }

    private static int Nearest(ReadOnlySpan<double> times, double time)
    {
        var after = times.BinarySearch(time);
        if (after >= 0)
            return after;
        after = Math.Min(~after, times.Length - 1);
        return after > 0 && time - times[after - 1] < times[after] - time ? after - 1 : after;
    }
}
