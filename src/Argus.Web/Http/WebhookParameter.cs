using Argus.Web.Outbound;
using Argus.Web.Queue;
using Argus.Web.Webhooks;

namespace Argus.Web.Http;

/// <summary>The parameter <c>webhook</c> of what ends some time later.</summary>
internal static class WebhookParameter
{
    /// <summary>For the API's description.</summary>
    public const string Description =
        "With webhook=URL that address is told of the end: it gets the same JSON as a GET, signed by the Standard "
        + "Webhooks specification, where the service was started with --webhook-host.";

    /// <summary>Checks it.</summary>
    /// <param name="sender">Who knows the allowed hosts.</param>
    /// <param name="text">The parameter; null where there is none.</param>
    /// <returns>The address; null where there is none.</returns>
    /// <exception cref="RefusedUploadException">It is no address, or a rule forbids it.</exception>
    public static Uri? Parse(WebhookSender sender, string? text)
    {
        try
        {
            return text is null ? null : sender.Guard.Parse(text);
        }
        catch (RefusedAddressException error)
        {
            throw new RefusedUploadException(StatusCodes.Status403Forbidden, $"webhook: {error.Message}");
        }
        catch (UriFormatException error)
        {
            throw new RefusedUploadException(StatusCodes.Status400BadRequest, $"webhook: {error.Message}");
        }
    }
}
