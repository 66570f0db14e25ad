namespace Argus.Web.Queue;

/// <summary>
/// Whether the service was asked to stop. It then takes no upload and claims no video, while what is in work goes on.
/// </summary>
internal sealed class Drain : IDisposable
{
    private readonly CancellationTokenSource begun = new();

    /// <summary>Cancelled when it was asked.</summary>
    public CancellationToken Begun => begun.Token;

    /// <summary>Asks it.</summary>
    public void Begin() => begun.Cancel();

    public void Dispose() => begun.Dispose();
}
