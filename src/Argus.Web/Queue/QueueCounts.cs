namespace Argus.Web.Queue;

/// <summary>The length of the queue over all processes that share it.</summary>
/// <param name="Queued">The number of analyses that wait for a worker.</param>
/// <param name="Running">The number of analyses that a worker holds.</param>
internal readonly record struct QueueCounts(int Queued, int Running);
