using System.Globalization;
using System.Threading.RateLimiting;
using Argus.Web.Queue;

namespace Argus.Web.Http;

/// <summary>How often one client may do what costs something.</summary>
internal static class Limits
{
    public const string Uploads = "uploads";
    public const string SignIns = "sign-ins";

    private const int SignInsPerMinute = 20;
    private const int Segments = 6;

    public static void Add(IServiceCollection services, ServeOptions options) =>
        services.AddRateLimiter(limiter =>
        {
            limiter.AddPolicy(
                Uploads,
                http =>
                    Window(
                        (Access.KeyOf(http) is { } key && options.RequireKey ? key : null) ?? Address(http),
                        options.UploadsPerMinute
                    )
            );
            limiter.AddPolicy(SignIns, http => Window(Address(http), SignInsPerMinute));
            limiter.OnRejected = async (context, _) =>
            {
                var seconds = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait)
                    ? Math.Ceiling(wait.TotalSeconds)
                    : 60;
                context
                    .HttpContext.RequestServices.GetRequiredService<ServiceMetrics>()
                    .Refuse(StatusCodes.Status429TooManyRequests);
                context.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                await TypedResults
                    .Problem(
                        $"Too many requests. Try again in {seconds} seconds.",
                        statusCode: StatusCodes.Status429TooManyRequests
                    )
                    .ExecuteAsync(context.HttpContext);
            };
        });

    private static string Address(HttpContext http) => $"{http.Connection.RemoteIpAddress}";

    private static RateLimitPartition<string> Window(string client, int perMinute) =>
        RateLimitPartition.GetSlidingWindowLimiter(
            client,
            _ => new SlidingWindowRateLimiterOptions
            {
                PermitLimit = perMinute,
                Window = TimeSpan.FromMinutes(1),
                SegmentsPerWindow = Segments,
            }
        );
}
