using System.Threading.RateLimiting;

namespace Argus.Web.Http;

/// <summary>The limit of uploads for what does not come as a form: as many a minute again.</summary>
internal sealed class UploadLimiter(ServeOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<HttpContext> limiter = PartitionedRateLimiter.Create<HttpContext, string>(
        http => Limits.CreateUploadWindow(http, options)
    );

    /// <summary>Takes one of the client's uploads of this minute; false where none is left.</summary>
    public bool Allows(HttpContext http)
    {
        using var lease = limiter.AttemptAcquire(http);
        return lease.IsAcquired;
    }

    public void Dispose() => limiter.Dispose();
}
