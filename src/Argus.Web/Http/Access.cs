using Argus.Web.Queue;
using Microsoft.AspNetCore.Mvc;

namespace Argus.Web.Http;

/// <summary>
/// Who asks. Programs send a key as <c>Authorization: Bearer</c>; the page exchanges it for a cookie that scripts
/// cannot read and other sites cannot use.
/// </summary>
internal static class Access
{
    private const string Cookie = "argus_key";
    private const string Item = "argus.owner";
    private const int LargestSignIn = 4096;
    private static readonly TimeSpan SignedIn = TimeSpan.FromDays(30);

    /// <summary>The name of the key; null where none is asked for.</summary>
    public static string? OwnerOf(HttpContext http) => http.Items[Item] as string;

    /// <summary>What was sent, right or wrong.</summary>
    public static string? KeyOf(HttpContext http) =>
        http.Request.Headers.Authorization.ToString() is { Length: > 7 } header
        && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? header[7..].Trim()
            : http.Request.Cookies[Cookie];

    public static async ValueTask<object?> FilterAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        // A page of another site may send forms here in the user's name, but no browser lets it hide where it is: all
        // say Origin, and those that trust the address Sec-Fetch-Site.
        var site = http.Request.Headers["Sec-Fetch-Site"].ToString();
        var origin = http.Request.Headers.Origin.ToString();
        if (
            !HttpMethods.IsGet(http.Request.Method)
            && (
                site is not ("" or "same-origin" or "none")
                || (
                    origin.Length > 0
                    && (
                        !Uri.TryCreate(origin, UriKind.Absolute, out var from)
                        || from.Authority != http.Request.Host.Value
                    )
                )
            )
        )
            return TypedResults.Problem(
                "Requests of other sites are not answered.",
                statusCode: StatusCodes.Status403Forbidden
            );
        if (!http.RequestServices.GetRequiredService<ServeOptions>().RequireKey)
            return await next(context);
        if (
            KeyOf(http) is not { } key
            || await http.RequestServices.GetRequiredService<ApiKeys>().FindAsync(key) is not { } owner
        )
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return TypedResults.Problem(
                "A key is needed: Authorization: Bearer KEY. 'argus keys add NAME' makes one.",
                statusCode: StatusCodes.Status401Unauthorized
            );
        }
        http.Items[Item] = owner;
        return await next(context);
    }

    public static void Map(RouteGroupBuilder api)
    {
        var session = api.MapGroup("/session").WithTags("Session");
        session
            .MapPost(
                "",
                async (HttpContext http, ApiKeys keys, [FromBody] SignIn given) =>
                {
                    if (await keys.FindAsync(given.Key) is null)
                        return Results.Problem("This key is not known.", statusCode: StatusCodes.Status401Unauthorized);
                    http.Response.Cookies.Append(
                        Cookie,
                        given.Key,
                        new CookieOptions
                        {
                            HttpOnly = true,
                            SameSite = SameSiteMode.Strict,
                            Secure = http.Request.IsHttps,
                            MaxAge = SignedIn,
                            IsEssential = true,
                        }
                    );
                    return Results.NoContent();
                }
            )
            .WithName("signIn")
            .WithSummary("Exchange a key for a cookie, for browsers")
            .RequireRateLimiting(Limits.SignIns)
            .WithMetadata(new RequestSizeLimitAttribute(LargestSignIn));
        session
            .MapDelete(
                "",
                (HttpContext http) =>
                {
                    http.Response.Cookies.Delete(Cookie);
                    return Results.NoContent();
                }
            )
            .WithName("signOut")
            .WithSummary("Forget it");
    }

    internal sealed record SignIn(string Key);
}
