namespace Argus.Client;

/// <summary>A line of a track's edit list: what of its media is shown when (ISO/IEC 14496-12, 8.6.6).</summary>
/// <param name="Track">The track's place in the file, from 0.</param>
/// <param name="DurationSeconds">How long it is shown; 0 for all of it, in fragmented files.</param>
/// <param name="MediaTime">Where it begins, in the media's own units; -1 where nothing is shown.</param>
/// <param name="Rate">1 for ordinary speed, 0 for a still picture.</param>
public sealed record EditListEntry(int Track, double DurationSeconds, long MediaTime, double Rate);
