using System.Globalization;
using System.Threading.RateLimiting;
using Argus.Web.Queue;
using Microsoft.AspNetCore.RateLimiting;

namespace Argus.Web.Http;

/// <summary>The limits of how often a client may upload videos and try keys.</summary>
internal static class Limits
{
    /// <summary>The name of the limit of uploads.</summary>
    public const string Uploads = "uploads";

    /// <summary>The name of the limit of attempts to sign in.</summary>
    public const string SignIns = "sign-ins";

    private const int SignInsPerMinute = 20;
    private const int SegmentsPerWindow = 6;
    private const double UnknownWaitSeconds = 60;
    private static readonly TimeSpan WindowLength = TimeSpan.FromMinutes(1);

    /// <summary>Adds the limits to the service.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="options">The number of uploads a minute, and whether clients are told apart by keys.</param>
    public static void Add(IServiceCollection services, ServeOptions options) =>
        services.AddRateLimiter(limiter =>
        {
            limiter.AddPolicy(Uploads, http => CreateUploadWindow(http, options));
            limiter.AddPolicy(SignIns, http => CreateWindow(ReadAddress(http), SignInsPerMinute));
            limiter.OnRejected = RefuseAsync;
        });

    /// <summary>The window of uploads of a client, who is told by the key or the address.</summary>
    public static RateLimitPartition<string> CreateUploadWindow(HttpContext http, ServeOptions options) =>
        CreateWindow(ReadClient(http, options), options.UploadsPerMinute);

    private static async ValueTask RefuseAsync(OnRejectedContext context, CancellationToken cancel)
    {
        var http = context.HttpContext;
        var seconds = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait)
            ? Math.Ceiling(wait.TotalSeconds)
            : UnknownWaitSeconds;
        http.RequestServices.GetRequiredService<ServiceMetrics>().CountRefusal(StatusCodes.Status429TooManyRequests);
        http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var problem = TypedResults.Problem(
            $"Too many requests. Try again in {seconds} seconds.",
            statusCode: StatusCodes.Status429TooManyRequests
        );
        await problem.ExecuteAsync(http);
    }

    private static string ReadClient(HttpContext http, ServeOptions options) =>
        (options.RequireKey ? Access.ReadKey(http) : null) ?? ReadAddress(http);

    private static string ReadAddress(HttpContext http) => $"{http.Connection.RemoteIpAddress}";

    private static RateLimitPartition<string> CreateWindow(string client, int perMinute) =>
        RateLimitPartition.GetSlidingWindowLimiter(
            client,
            _ => new SlidingWindowRateLimiterOptions
            {
                PermitLimit = perMinute,
                Window = WindowLength,
                SegmentsPerWindow = SegmentsPerWindow,
            }
        );
}
