using Argus.Web.Queue;
using Microsoft.AspNetCore.Mvc;

namespace Argus.Web.Http;

/// <summary>
/// Decides who may ask. Programs send a key as <c>Authorization: Bearer</c>. The page exchanges the key for a cookie
/// that scripts cannot read and other sites cannot use.
/// </summary>
internal static class Access
{
    private const string CookieName = "argus_key";
    private const string OwnerItem = "argus.owner";
    private const string BearerPrefix = "Bearer ";
    private const int LargestSignInBytes = 4096;
    private static readonly TimeSpan CookieAge = TimeSpan.FromDays(30);

    /// <summary>
    /// Finds the name of the key that a request was let in with; null where the service requires no key.
    /// </summary>
    /// <param name="http">A request that passed <see cref="FilterAsync"/>.</param>
    public static string? FindOwner(HttpContext http) => http.Items[OwnerItem] as string;

    /// <summary>
    /// Reads the key of a request from its header or its cookie, right or wrong; null if there is none.
    /// </summary>
    /// <param name="http">Any request.</param>
    public static string? ReadKey(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        return
            header.Length > BearerPrefix.Length && header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)
            ? header[BearerPrefix.Length..].Trim()
            : http.Request.Cookies[CookieName];
    }

    /// <summary>
    /// Lets a request through if it comes from the service's own page or from a program, and with a key that is known
    /// if the service requires one.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="next">What answers it.</param>
    /// <returns>The answer; problem details with status 403 or 401 for those that are not let through.</returns>
    public static async ValueTask<object?> FilterAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        if (!HttpMethods.IsGet(http.Request.Method) && IsFromOtherSite(http.Request))
            return TypedResults.Problem(
                "Requests of other sites are not answered. A proxy with TLS must be named: --proxy ADDRESS.",
                statusCode: StatusCodes.Status403Forbidden
            );
        if (!http.RequestServices.GetRequiredService<ServeOptions>().RequireKey)
            return await next(context);
        var keys = http.RequestServices.GetRequiredService<ApiKeys>();
        if (ReadKey(http) is not { } key || await keys.FindAsync(key) is not { } owner)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return TypedResults.Problem(
                "A key is needed: Authorization: Bearer KEY. 'argus keys add NAME' makes one.",
                statusCode: StatusCodes.Status401Unauthorized
            );
        }
        http.Items[OwnerItem] = owner;
        return await next(context);
    }

    /// <summary>Adds the endpoints that exchange a key for a cookie and delete the cookie.</summary>
    /// <param name="api">The group of the API's version, without <see cref="FilterAsync"/>.</param>
    public static void Map(RouteGroupBuilder api)
    {
        var session = api.MapGroup("/session").WithTags("Session");
        session
            .MapPost("", SignInAsync)
            .WithName("signIn")
            .WithSummary("Exchange a key for a cookie, for browsers")
            .Produces(204)
            .ProducesProblem(400)
            .ProducesProblem(401)
            .ProducesProblem(413)
            .ProducesProblem(429)
            .RequireRateLimiting(Limits.SignIns)
            .WithMetadata(new RequestSizeLimitAttribute(LargestSignInBytes));
        session.MapDelete("", SignOut).WithName("signOut").WithSummary("Forget it").Produces(204);
    }

    // A page of another site may send forms here in the user's name, but no browser lets it hide where it is: all
    // browsers send Origin, and those that trust the address send Sec-Fetch-Site.
    private static bool IsFromOtherSite(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is not ("" or "same-origin" or "none"))
            return true;
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0)
            return false;
        // As they are compared here, a port that its scheme implies may be left out or not.
        return !Uri.TryCreate(origin, UriKind.Absolute, out var sender)
            || !Uri.TryCreate($"{request.Scheme}://{request.Host.Value}", UriKind.Absolute, out var own)
            || Uri.Compare(sender, own, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.Ordinal)
                != 0;
    }

    private static async Task<IResult> SignInAsync(HttpContext http, ApiKeys keys, [FromBody] SignIn given)
    {
        if (await keys.FindAsync(given.Key) is null)
            return Results.Problem("This key is not known.", statusCode: StatusCodes.Status401Unauthorized);
        var cookie = new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = http.Request.IsHttps,
            MaxAge = CookieAge,
            IsEssential = true,
        };
        http.Response.Cookies.Append(CookieName, given.Key, cookie);
        return Results.NoContent();
    }

    private static IResult SignOut(HttpContext http)
    {
        http.Response.Cookies.Delete(CookieName, new CookieOptions { Secure = http.Request.IsHttps });
        return Results.NoContent();
    }

    /// <summary>The body of a request to sign in.</summary>
    /// <param name="Key">The key, as <c>argus keys add</c> showed it.</param>
    internal sealed record SignIn(string Key);
}
